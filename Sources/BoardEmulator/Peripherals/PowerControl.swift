/// Power control: voltage scale of the regulator, and over-drive.
///
/// Invariants
///   - The scale set in VOS holds only while the PLL is on; else the regulator stands at scale 3 (RM0385 4.1.4).
///   - Over-drive is on once ODSWRDY is set.
final class PowerControl: Peripheral {
  private enum Offset {
    static let cr1: UInt32 = 0, csr1: UInt32 = 4
  }
  private static let overDriveOn: UInt32 = 1 << 16
  private static let overDriveSwitch: UInt32 = 1 << 17
  private static let scaleReady: UInt32 = 1 << 14
  /// Generator on, and switch to it: the data sheets' 45 to 100 us in two halves ("Over-drive switching characteristics").
  private static let overDriveTime: VirtualTime = .microseconds(50)

  let name = "PWR"
  let base: UInt32 = 0x4000_7000
  let clockEnable: String? = "PWREN"
  let registers: [Register]
  private unowned let machine: Machine
  weak var clocks: ResetClockControl?
  private var control: UInt32 = 0
  private var status: UInt32 = 0
  private var event: Machine.Event?

  init(_ machine: Machine) {
    self.machine = machine
    let suffix = machine.board.chip.hasCaches ? "1" : ""
    registers = [
      Register(
        "CR\(suffix)", at: Offset.cr1, reset: 0xC000, writable: 0xC000 | Self.overDriveOn | Self.overDriveSwitch,
        "RM0385 4.4.1, RM0090 5.5.1"),
      Register(
        "CSR\(suffix)", at: Offset.csr1, readOnly: Self.scaleReady | Self.overDriveOn | Self.overDriveSwitch, "RM0385 4.4.2, RM0090 5.5.2"),
    ]
  }

  func reset(_ cause: ResetCause) {
    if let event { machine.cancel(event) }
    control = 0xC000
    status = 0
  }

  var isOverDrive: Bool { status & Self.overDriveSwitch != 0 }

  /// VOS 11, 10 and 01 mean scale 1, 2 and 3.
  var scale: Int { clocks?.isPLLOn == true ? 4 - Int(control >> 14 & 3) : 3 }

  func read(_ offset: UInt32) -> UInt32 {
    offset == Offset.cr1 ? control : status | (clocks?.isReady(.pll) == true ? Self.scaleReady : 0)
  }

  func write(_ value: UInt32, to offset: UInt32) {
    guard offset == Offset.cr1, let clocks else { return }
    let changed = value ^ control
    if changed & 0xC000 != 0 && clocks.isPLLOn {
      machine.stop(.brokenRule, "\(register): VOS changes while the PLL is on: expected it before PLLON (RM0385 4.4.1, RM0090 5.5.1)")
    }
    if value & 0xC000 == 0 {
      machine.stop(.brokenRule, "\(register): found VOS 0, which is reserved: expected 1 to 3 (RM0385 4.4.1, RM0090 5.5.1)")
      return
    }
    control = value
    if changed & Self.overDriveOn != 0 { setOverDrive(value & Self.overDriveOn != 0, clocks) }
    if changed & Self.overDriveSwitch != 0 { switchOverDrive(value & Self.overDriveSwitch != 0, clocks) }
    clocks.checkLimits()
  }

  private var register: String { "PWR_\(registers[0].name)" }

  /// "Entering Over-drive mode", RM0385 4.1.4 and RM0090 5.1.4: from HSI or HSE, with the PLL on.
  private func setOverDrive(_ isOn: Bool, _ clocks: ResetClockControl) {
    if let event { machine.cancel(event) }
    guard isOn else {
      status &= ~(Self.overDriveOn | Self.overDriveSwitch)
      return
    }
    if clocks.system == .pll || !clocks.isPLLOn || scale == 3 {
      machine.stop(
        .brokenRule,
        "\(register): ODEN is set with SYSCLK = \(clocks.system), the PLL \(clocks.isPLLOn ? "on" : "off") and voltage scale \(scale): "
          + "expected HSI or HSE as system clock, the PLL on and scale 1 or 2 (RM0385 4.1.4, RM0090 5.1.4)")
      return
    }
    ready(Self.overDriveOn, "over-drive generator ready")
  }

  private func switchOverDrive(_ isOn: Bool, _ clocks: ResetClockControl) {
    guard isOn else {
      status &= ~Self.overDriveSwitch
      return
    }
    guard status & Self.overDriveOn != 0 else {
      machine.stop(.brokenRule, "\(register): ODSWEN is set before ODRDY: expected to wait for it (RM0385 4.1.4, RM0090 5.1.4)")
      return
    }
    ready(Self.overDriveSwitch, "over-drive on, voltage scale \(scale)")
  }

  private func ready(_ bit: UInt32, _ text: String) {
    event = machine.schedule(after: Self.overDriveTime) { [unowned self] in
      status |= bit
      machine.note(text)
    }
  }
}
