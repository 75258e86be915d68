/// DBGMCU: which chip this is, and what stands still while a debugger has halted the core, which none does here
/// (RM0385, 40.16; RM0090, 38.16).
final class DebugControl: Peripheral {
  private enum Offset {
    static let idcode: UInt32 = 0, cr: UInt32 = 4, apb1fz: UInt32 = 8, apb2fz: UInt32 = 12
  }

  let name = "DBGMCU"
  let base: UInt32 = 0xE004_2000
  let registers: [Register]
  private var words: [UInt32: UInt32] = [:]

  init(identification: UInt32) {
    registers = [
      Register("IDCODE", at: Offset.idcode, reset: identification, readOnly: .max, "RM0385 40.6.1, RM0090 38.6.1"),
      Register("CR", at: Offset.cr, writable: 7, "RM0385 40.16.3, RM0090 38.16.3"),
      // DBG_WWDG_STOP and DBG_IWDG_STOP.
      Register("APB1_FZ", at: Offset.apb1fz, writable: 0x1800, "RM0385 40.16.4, RM0090 38.16.4"),
      Register("APB2_FZ", at: Offset.apb2fz, "RM0385 40.16.5, RM0090 38.16.5"),
    ]
  }

  /// Survives all but a power cut, so that a debugger's settings do.
  func reset(_ cause: ResetCause) {
    if cause == .powerOn { words = [Offset.idcode: registers[0].reset] }
  }

  func read(_ offset: UInt32) -> UInt32 { words[offset, default: 0] }

  func write(_ value: UInt32, to offset: UInt32) {
    if offset != Offset.idcode { words[offset] = value }
  }
}
