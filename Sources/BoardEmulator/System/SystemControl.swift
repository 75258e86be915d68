/// The system control block (DDI 0403E, B3.2): vector table, reset, faults, coprocessors, sleep.
final class SystemControl: Peripheral {
  let name = "SCB"
  let base: UInt32 = 0xE000_E000
  let registers: [Register]
  private unowned let machine: Machine
  private(set) var vectorTable: UInt32 = 0
  private var configuration: UInt32 = 0
  private var systemHandlers: UInt32 = 0
  private var coprocessors: UInt32 = 0
  private var monitor: UInt32 = 0
  private var floatingPointContext: UInt32 = 0
  var faultStatus: UInt32 = 0
  var hardFaultStatus: UInt32 = 0
  var memoryFaultAddress: UInt32 = 0
  var busFaultAddress: UInt32 = 0

  private enum Offset {
    static let icsr: UInt32 = 0xD04, vtor: UInt32 = 0xD08, aircr: UInt32 = 0xD0C, scr: UInt32 = 0xD10, ccr: UInt32 = 0xD14
    static let shpr1: UInt32 = 0xD18, shpr3: UInt32 = 0xD20, shcsr: UInt32 = 0xD24, cfsr: UInt32 = 0xD28, hfsr: UInt32 = 0xD2C
    static let mmfar: UInt32 = 0xD34, bfar: UInt32 = 0xD38, cpacr: UInt32 = 0xD88, demcr: UInt32 = 0xDFC, fpccr: UInt32 = 0xF34
  }

  init(_ machine: Machine) {
    self.machine = machine
    let isM7 = machine.board.chip.hasCaches
    registers = [
      Register("CPUID", at: 0xD00, reset: isM7 ? 0x411F_C271 : 0x410F_C241, "DDI 0403E B3.2.3"),
      // NMIPENDSET is not modelled.
      Register("ICSR", at: Offset.icsr, writable: 0x1E00_0000, readOnly: 0x00DF_F9FF, "DDI 0403E B3.2.4", hasReadEffect: true),
      Register("VTOR", at: Offset.vtor, writable: 0xFFFF_FF80, "DDI 0403E B3.2.5"),
      Register("AIRCR", at: Offset.aircr, reset: 0xFA05_0000, writable: 0xFFFF_0704, "DDI 0403E B3.2.6"),
      Register("SCR", at: Offset.scr, "DDI 0403E B3.2.7"),
      // STKALIGN reads as 1. Caches' bits exist on the M7 alone.
      Register("CCR", at: Offset.ccr, reset: isM7 ? 0x0004_0200 : 0x0200, writable: isM7 ? 0x0003_0010 : 0x10, "DDI 0403E B3.2.8"),
      Register("SHPR1", at: Offset.shpr1, writable: 0x00F0_F0F0, "DDI 0403E B3.2.10"),
      Register("SHPR2", at: 0xD1C, writable: 0xF000_0000, "DDI 0403E B3.2.11"),
      Register("SHPR3", at: Offset.shpr3, writable: 0xF0F0_0000, "DDI 0403E B3.2.12"),
      Register("SHCSR", at: Offset.shcsr, writable: 0x0007_0000, "DDI 0403E B3.2.13"),
      Register("CFSR", at: Offset.cfsr, writable: .max, "DDI 0403E B3.2.15", hasReadEffect: true),
      Register("HFSR", at: Offset.hfsr, writable: .max, "DDI 0403E B3.2.16", hasReadEffect: true),
      Register("MMFAR", at: Offset.mmfar, "DDI 0403E B3.2.17"),
      Register("BFAR", at: Offset.bfar, "DDI 0403E B3.2.18"),
      Register("CPACR", at: Offset.cpacr, writable: 0x00F0_0000, "DDI 0403E B3.2.20"),
      Register("DEMCR", at: Offset.demcr, writable: 0x0100_0000, "DDI 0403E C1.6.5"),
      // ASPEN stays 1: frames without the floating point registers are not modelled where the unit was used.
      Register("FPCCR", at: Offset.fpccr, reset: 0xC000_0000, writable: 0x4000_0000, "DDI 0403E B3.2.21"),
    ]
  }

  func reset(_ cause: ResetCause) {
    vectorTable = machine.board.chip.hasCaches ? machine.board.chip.vectorTable : 0
    configuration = registers[5].reset
    systemHandlers = 0
    coprocessors = 0
    monitor = 0
    floatingPointContext = 0xC000_0000
    faultStatus = 0
    hardFaultStatus = 0
  }

  var isTraceEnabled: Bool { monitor & 1 << 24 != 0 }
  var isFloatingPointOn: Bool { coprocessors == 0x00F0_0000 }
  var isDataCacheOn: Bool { configuration & 1 << 16 != 0 }
  var isInstructionCacheOn: Bool { configuration & 1 << 17 != 0 }

  /// Whether MemManage, BusFault or UsageFault has a handler of its own.
  func isFaultEnabled(_ exception: Int) -> Bool { systemHandlers >> UInt32(16 + exception - NVIC.Exception.memManage) & 1 == 1 }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case 0xD00: return registers[0].reset
    case Offset.icsr: return interruptState
    case Offset.vtor: return vectorTable
    case Offset.aircr: return 0xFA05_0000 | UInt32(machine.nvic.priorityGroup) << 8
    case Offset.ccr: return configuration
    case Offset.shpr1...Offset.shpr3:
      let first = Int(offset - Offset.shpr1) + 4
      return (0..<4).reduce(0) { $0 | UInt32(machine.nvic.priorities[first + $1]) << (8 * UInt32($1)) }
    case Offset.shcsr: return systemHandlers
    case Offset.cfsr: return faultStatus
    case Offset.hfsr: return hardFaultStatus
    case Offset.mmfar: return memoryFaultAddress
    case Offset.bfar: return busFaultAddress
    case Offset.cpacr: return coprocessors
    case Offset.demcr: return monitor
    case Offset.fpccr: return floatingPointContext
    default: return 0
    }
  }

  private var interruptState: UInt32 {
    let nvic = machine.nvic!
    return UInt32(nvic.active.last ?? 0)
      | (nvic.active.count < 2 ? 1 << 11 : 0)  // RETTOBASE
      | UInt32(nvic.highestPending ?? 0) << 12
      | (nvic.isInterruptPending ? 1 << 22 : 0)
      | (nvic.isPending(NVIC.Exception.sysTick) ? 1 << 26 : 0)
      | (nvic.isPending(NVIC.Exception.pendSV) ? 1 << 28 : 0)
  }

  func write(_ value: UInt32, to offset: UInt32) {
    switch offset {
    case Offset.icsr: writeInterruptState(value)
    case Offset.vtor: setVectorTable(value)
    case Offset.aircr: writeApplicationInterrupt(value)
    case Offset.ccr: setConfiguration(value)
    case Offset.shpr1...Offset.shpr3:
      for byte in 0..<4 { machine.nvic.setPriority(Int(value >> (8 * UInt32(byte)) & 0xF0), ofException: Int(offset - Offset.shpr1) + 4 + byte) }
    case Offset.shcsr: systemHandlers = value
    case Offset.cfsr: faultStatus &= ~value
    case Offset.hfsr: hardFaultStatus &= ~value
    case Offset.cpacr: coprocessors = value
    case Offset.demcr: monitor = value
    case Offset.fpccr: floatingPointContext = value
    default: break
    }
  }

  private func writeInterruptState(_ value: UInt32) {
    if value & 1 << 25 != 0 { machine.nvic.unpend(NVIC.Exception.sysTick) }
    if value & 1 << 26 != 0 { machine.nvic.pend(NVIC.Exception.sysTick) }
    if value & 1 << 27 != 0 { machine.nvic.unpend(NVIC.Exception.pendSV) }
    if value & 1 << 28 != 0 { machine.nvic.pend(NVIC.Exception.pendSV) }
  }

  /// The core takes the bits below the table's size for zero: 128 words, for some hundred vectors (B3.2.5).
  private func setVectorTable(_ address: UInt32) {
    if address % 512 != 0 {
      machine.stop(.brokenRule, "SCB_VTOR: found 0x\(hex(address)): expected a multiple of 512, the size of the table rounded up to a power of 2")
    }
    vectorTable = address
  }

  private func writeApplicationInterrupt(_ value: UInt32) {
    guard value >> 16 == 0x05FA else { return }  // without the key a write is ignored
    machine.nvic.priorityGroup = Int(value >> 8 & 7)
    if value & 4 != 0 { machine.requestReset(.software) }
  }

  private func setConfiguration(_ value: UInt32) {
    let changed = configuration ^ value
    configuration = value
    if changed & 1 << 16 != 0 { machine.note("D-cache \(isDataCacheOn ? "on" : "off")") }
    if changed & 1 << 17 != 0 { machine.note("I-cache \(isInstructionCacheOn ? "on" : "off")") }
  }
}
