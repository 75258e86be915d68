/// The cycle counter of the DWT (DDI 0403E, C1.8), with the lock the Cortex-M7 has before it, and DEMCR, which
/// switches it on.
final class DataWatchpoint: Peripheral {
  let name = "DWT"
  let base: UInt32 = 0xE000_1000
  let registers = [
    Register("CTRL", at: 0, reset: 0x4000_0000, writable: 1, readOnly: 0xFE00_0000, "DDI 0403E C1.8.7"),
    Register("CYCCNT", at: 4, writable: .max, "DDI 0403E C1.8.8"),
    Register("LAR", at: 0xFB0, writable: .max, "DDI 0489 (Cortex-M7): software lock"),
  ]
  private unowned let machine: Machine
  private var isCounting = false
  private var isUnlocked = false
  /// Counter = machine's cycles - this, modulo 2^32; the counter itself while it stands.
  private var origin: UInt32 = 0

  init(_ machine: Machine) { self.machine = machine }

  func reset(_ cause: ResetCause) {
    isCounting = false
    isUnlocked = false
    origin = 0
  }

  private var cycles: UInt32 { UInt32(truncatingIfNeeded: machine.cycles) }
  private var count: UInt32 { isCounting ? cycles &- origin : origin }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case 0: 0x4000_0000 | (isCounting ? 1 : 0)
    case 4: count
    default: 0
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    if offset == 0xFB0 {
      isUnlocked = value == 0xC5AC_CE55
      return
    }
    // The Cortex-M7 ignores writes while it is locked; the M4 has no lock.
    if machine.board.chip.hasDebugLock && !isUnlocked { return }
    let counted = count
    if offset == 0 {
      isCounting = value & 1 != 0 && machine.systemControl.isTraceEnabled
      origin = isCounting ? cycles &- counted : counted
    } else {
      origin = isCounting ? cycles &- value : value
    }
  }
}
