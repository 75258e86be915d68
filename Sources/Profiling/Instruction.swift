/// A Thumb-2 instruction, as far as its time depends on it.
package struct Instruction: Hashable, Sendable {
  package var address: Int
  /// 2 or 4.
  package var bytes: Int
  /// As the disassembler writes it, with `.w` and conditions.
  package var mnemonic: String
  /// The whole of it.
  package var text: String
  package var kind: Kind
  /// Registers it needs, those of its address included.
  package var reads: RegisterSet
  /// What it computes or loads.
  package var results: RegisterSet
  /// Registers it changes: results, and a base that is written back.
  package var writes: RegisterSet
  /// Registers a load or store forms its address from.
  package var addressRegisters: RegisterSet

  package enum Kind: Hashable, Sendable {
    /// One result from the ALU in one cycle: also shifts, saturation, SIMD, bit fields.
    case arithmetic
    /// MUL to SMLALD, with and without accumulation.
    case multiply
    case divide
    /// IT, which makes up to four instructions conditional.
    case ifThen
    /// One register from memory.
    case load(Address)
    /// One register to memory.
    case store(Address)
    /// LDM, POP, LDRD, VLDM: `count` words.
    case loadMultiple(count: Int, loadsPC: Bool)
    /// STM, PUSH, STRD, VSTM: `count` words.
    case storeMultiple(count: Int)
    /// LDR to the program counter.
    case loadPC
    case branch(Branch)
    /// TBB, TBH.
    case tableBranch
    /// Floating point; the cycles of DDI 0439, table 7-1.
    case float(cycles: Int)
    /// MRS, MSR, CPS.
    case system
    /// DMB, DSB, ISB.
    case barrier
  }

  package enum Address: Hashable, Sendable {
    /// A register and a constant, written back or not.
    case immediate
    /// A register and another one, shifted or not.
    case register
    /// A constant among the code.
    case literal
  }

  package enum Branch: Hashable, Sendable {
    /// Bcc, CBZ, CBNZ to `target`.
    case conditional(target: Int)
    /// B or BL to `target`; BL names a function.
    case direct(target: Int)
    /// BX, BLX with a register.
    case indirect
  }

  package var end: Int { address + bytes }

  /// Registers that come from memory: N of an LDM.
  package var loads: Int {
    switch kind {
    case .load, .loadPC, .tableBranch: 1
    case .loadMultiple(let count, _): count
    case .arithmetic, .multiply, .divide, .ifThen, .store, .storeMultiple, .branch, .float, .system, .barrier: 0
    }
  }

  /// Registers that go to memory.
  package var stores: Int {
    switch kind {
    case .store: 1
    case .storeMultiple(let count): count
    case .arithmetic, .multiply, .divide, .ifThen, .load, .loadMultiple, .loadPC, .branch, .tableBranch, .float,
      .system,
      .barrier:
      0
    }
  }

  /// Whether it may go on elsewhere than at `end`.
  package var branches: Bool {
    switch kind {
    case .branch, .tableBranch, .loadPC, .loadMultiple(count: _, loadsPC: true): true
    case .arithmetic, .multiply, .divide, .ifThen, .load, .store, .loadMultiple, .storeMultiple, .float, .system,
      .barrier:
      false
    }
  }
}

/// Some of r0 to r15.
package struct RegisterSet: OptionSet, Hashable, Sendable {
  package var rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// A register by its name in a disassembly; none for any other word.
  package init(named name: Substring) {
    guard let number = Self.numbers[name] else {
      self = []
      return
    }
    rawValue = 1 << number
  }

  private static let numbers: [Substring: UInt16] = {
    var numbers: [Substring: UInt16] = ["sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15]
    for number in UInt16(0)...15 { numbers["r\(number)"] = number }
    return numbers
  }()
}
