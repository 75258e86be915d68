import BoardEmulator

/// A board with a few instructions of its own, and registers that tests read and write as a bus master.
final class TestBoard {
  let machine: Machine
  private(set) var log: [String] = []

  /// The code begins at 0x0800_0200, its stack ends at 0x2000_1000; without any the core loops.
  init(_ name: String = "nucleo-f746zg", code: [UInt16] = [], seed: UInt64 = 1, device: UInt32 = 1, flashFile: String? = nil) throws {
    machine = try Machine(board: EmulatedBoard.named(name)!, cyclesPerInstruction: 1, seed: seed, device: device)
    machine.log = { [unowned self] _, text in log.append(text) }
    if let flashFile { try machine.keepFlash(in: flashFile) }
    let flash = machine.memory.first { $0.kind == .flash }!
    flash.setWord(0x2000_1000, at: 0x0800_0000)
    flash.setWord(0x0800_0201, at: 0x0800_0004)
    for (index, halfword) in (code + [0xE7FE]).enumerated() {  // ends in b .
      flash[0x0800_0200 + 2 * UInt32(index)] = UInt8(halfword & 0xFF)
      flash[0x0800_0201 + 2 * UInt32(index)] = UInt8(halfword >> 8)
    }
    machine.powerOn()
  }

  subscript(address: UInt32) -> UInt32 {
    get { machine.masterRead(address, width: 4, by: "the test") ?? 0xDEAD_DEAD }
    set { _ = machine.masterWrite(newValue, to: address, width: 4, by: "the test") }
  }

  func set(_ bits: UInt32, at address: UInt32) { self[address] |= bits }

  /// Lets virtual time pass.
  func pass(microseconds: UInt64) { _ = machine.run(until: machine.now + .microseconds(microseconds)) }

  var finding: String { machine.finding?.description ?? "" }
}

/// movw and movt: 32 bits into a register.
func load(_ register: UInt16, _ value: UInt32) -> [UInt16] {
  func half(_ opcode: UInt16, _ value: UInt16) -> [UInt16] {
    [opcode | (value >> 11 & 1) << 10 | value >> 12, (value >> 8 & 7) << 12 | register << 8 | value & 0xFF]
  }
  return half(0xF240, UInt16(value & 0xFFFF)) + half(0xF2C0, UInt16(value >> 16))
}

/// str register, [base], by way of two registers of the code's own.
func store(_ value: UInt32, to address: UInt32) -> [UInt16] { load(0, address) + load(1, value) + [0x6001] }

/// Loops until the bits of a register read as 0: ldr r1, [r0]; tst r1, r2; bne.
func wait(untilClear bits: UInt32, at address: UInt32) -> [UInt16] { load(0, address) + load(2, bits) + [0x6801, 0x4211, 0xD1FC] }

enum RCC {
  static let cr: UInt32 = 0x4002_3800, pllcfgr = cr + 4, cfgr = cr + 8, ahb1enr = cr + 0x30, ahb2enr = cr + 0x34
  static let apb1enr = cr + 0x40, csr = cr + 0x74, dckcfgr2 = cr + 0x90
  static let hseOn: UInt32 = 1 << 16, hseBypass: UInt32 = 1 << 18, pllOn: UInt32 = 1 << 24
}

enum FLASH {
  static let acr: UInt32 = 0x4002_3C00, keyr = acr + 4, sr = acr + 0xC, cr = acr + 0x10
}

enum PWR {
  static let cr: UInt32 = 0x4000_7000, csr = cr + 4
}
