/// Identification and maintenance of the Cortex-M7's caches (DDI 0403E, B2.2 and B4.8; DDI 0489, 3 and 5).
///
/// F746: 4 KB each (DS10916, 2.1); lines of 32 bytes, the data cache in 4 ways of 32 sets, the instruction cache in 2
/// ways of 64.
final class CacheMaintenance: Peripheral {
  private enum Offset {
    static let clidr: UInt32 = 0x78, ctr: UInt32 = 0x7C, ccsidr: UInt32 = 0x80, csselr: UInt32 = 0x84
    static let iciallu: UInt32 = 0x250, icimvau: UInt32 = 0x258, dcimvac: UInt32 = 0x25C, dcisw: UInt32 = 0x260
    static let dccmvau: UInt32 = 0x264, dccmvac: UInt32 = 0x268, dccsw: UInt32 = 0x26C, dccimvac: UInt32 = 0x270
    static let dccisw: UInt32 = 0x274, bpiall: UInt32 = 0x278
  }
  /// Write back, write allocate and read allocate; sets - 1, ways - 1, line of 2^(1 + 4) bytes.
  private static let dataCache: UInt32 = 0xF000_0000 | 31 << 13 | 3 << 3 | 1
  private static let instructionCache: UInt32 = 0xF000_0000 | 63 << 13 | 1 << 3 | 1

  /// Not in the SCB's own table, but of its block: CMSIS has them in one structure.
  let name = "SCB"
  let base: UInt32 = 0xE000_ED00
  let registers = [
    Register("CLIDR", at: Offset.clidr, reset: 0x0900_0003, "DDI 0403E B4.8.1"),
    Register("CTR", at: Offset.ctr, reset: 0x8303_C003, "DDI 0403E B4.8.2"),
    Register("CCSIDR", at: Offset.ccsidr, reset: dataCache, "DDI 0403E B4.8.3"),
    Register("CSSELR", at: Offset.csselr, writable: 1, "DDI 0403E B4.8.4"),
    Register("ICIALLU", at: Offset.iciallu, writable: .max, "DDI 0403E B2.2.7"),
    Register("ICIMVAU", at: Offset.icimvau, writable: .max, "DDI 0403E B2.2.7"),
    Register("DCIMVAC", at: Offset.dcimvac, writable: .max, "DDI 0403E B2.2.7"),
    Register("DCISW", at: Offset.dcisw, writable: .max, "DDI 0403E B2.2.7"),
    Register("DCCMVAU", at: Offset.dccmvau, writable: .max, "DDI 0403E B2.2.7"),
    Register("DCCMVAC", at: Offset.dccmvac, writable: .max, "DDI 0403E B2.2.7"),
    Register("DCCSW", at: Offset.dccsw, writable: .max, "DDI 0403E B2.2.7"),
    Register("DCCIMVAC", at: Offset.dccimvac, writable: .max, "DDI 0403E B2.2.7"),
    Register("DCCISW", at: Offset.dccisw, writable: .max, "DDI 0403E B2.2.7"),
    Register("BPIALL", at: Offset.bpiall, writable: .max, "DDI 0403E B2.2.7"),
  ]
  private unowned let machine: Machine
  private var selection: UInt32 = 0

  init(_ machine: Machine) { self.machine = machine }

  func reset(_ cause: ResetCause) {
    selection = 0
    machine.cacheShadow.reset()
  }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case Offset.clidr: registers[0].reset
    case Offset.ctr: registers[1].reset
    case Offset.ccsidr: selection == 0 ? Self.dataCache : Self.instructionCache
    case Offset.csselr: selection
    default: 0
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    let set = value >> 5 & 31
    let isFirstWay = value >> 30 == 0
    switch offset {
    case Offset.csselr: selection = value
    case Offset.dcimvac: machine.cacheShadow.invalidate(value)
    case Offset.dccmvac, Offset.dccmvau: machine.cacheShadow.clean(value)
    case Offset.dccimvac: machine.cacheShadow.invalidate(value)
    case Offset.dcisw: machine.cacheShadow.invalidate(set: set)
    case Offset.dccsw where isFirstWay: machine.cacheShadow.clean(set: set)
    case Offset.dccisw where isFirstWay:
      machine.cacheShadow.clean(set: set)
      machine.cacheShadow.invalidate(set: set)
    default: break  // the instruction cache: code does not change here without `emulator_core_forget`
    }
  }
}
