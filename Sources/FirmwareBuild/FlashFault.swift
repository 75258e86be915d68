/// Why a board could not be programmed, as far as the program's words tell: those of stlink-tools 1.7, OpenOCD 0.12,
/// pyOCD and probe-rs.
package enum FlashFault: Hashable, Sendable, CaseIterable {
  /// The probe is there, and this user may not speak to it.
  case noAccess
  case probeInUse
  case noProbe
  /// The probe does not reach the chip.
  case noTarget
  case writeProtected
  case verification
  /// The program knows no chip of that name.
  case unknownChip

  /// The first that fits: a program that may not open a probe often says next that it found none.
  init?(output: String) {
    let output = output.lowercased()
    guard let fault = Self.allCases.first(where: { $0.words.contains { output.contains($0) } }) else { return nil }
    self = fault
  }

  private var words: [String] {
    switch self {
    case .noAccess:
      ["libusb_error_access", "access error", "errno=13", "permission denied", "insufficient permissions", "have permission"]
    case .probeInUse: ["libusb_error_busy", "resource busy", "already in use"]
    case .noProbe:
      [
        "couldn't find", "open failed", "no device found", "no connected debug probe", "no available debug probes",
        "no probe was found", "no connected probes", "no debug probes", "probe not found",
      ]
    case .noTarget:
      [
        "unable to connect to the target", "can not connect to target", "failed to connect to target",
        "failed to enter swd mode", "unknown chip id", "unable to reset target",
      ]
    case .writeProtected: ["write protected", "write-protected", "device protected"]
    case .verification: ["verify failed", "verification of flash failed", "verification failed", "mismatched byte"]
    case .unknownChip: ["not recognized", "chip was not found", "could not find chip"]
    }
  }

  /// What it is, and what to do.
  package var sentence: String {
    switch self {
    case .noAccess:
      "this user may not speak to the probe: 'fieldtune doctor' says which udev rule is missing"
    case .probeInUse: "another program uses the probe: end the debugger or the other flash command"
    case .noProbe:
      "found no probe: plug a cable that carries data into the board's ST-Link socket, or name another probe with --probe"
    case .noTarget:
      "the probe does not reach the chip: check the board's power and its ST-Link jumpers, and hold the reset button "
        + "while the command begins if a firmware is in the way"
    case .writeProtected:
      "the flash is write protected: take the protection off, in OpenOCD with 'flash protect 0 0 last off', and "
        + "switch the board off and on"
    case .verification: "what is in the flash is not what was written: try again, with another cable or socket"
    case .unknownChip:
      "the program does not know the chip: pyOCD gets it with 'pyocd pack install' and the name after --target, "
        + "probe-rs with a newer version"
    }
  }
}
