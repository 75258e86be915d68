// Reads the lines of `objdump -d`, for instance
//   8000232:<TAB>f916 cf01 <TAB>ldrsb.w<TAB>ip, [r6, #1]!
// Conditions and widths are part of the mnemonic there: `ldrne.w`, `bhi.n`.

extension Instruction {
  /// `nil` for any other line, data among the code included.
  package init?(disassembled line: Substring) {
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.count >= 3, let colon = columns[0].firstIndex(of: ":"),
      let address = Int(columns[0][..<colon].drop { $0 == " " }, radix: 16), !columns[2].hasPrefix(".")
    else { return nil }
    let operands = columns.count > 3 ? columns[3].prefix { $0 != "@" && $0 != ";" }.trimmed : ""
    self.init(
      address: address, bytes: columns[1].filter(\.isHexDigit).count / 2, mnemonic: columns[2].trimmed,
      operandText: operands)
  }

  private init(address: Int, bytes: Int, mnemonic: Substring, operandText: Substring) {
    let name = mnemonic.prefix { $0 != "." }
    let operands = Operands(operandText)
    self.address = address
    self.bytes = bytes
    self.mnemonic = String(mnemonic)
    text = operandText.isEmpty ? String(mnemonic) : "\(mnemonic) \(operandText)"
    addressRegisters = operands.address
    kind = Self.memoryKind(name, operands) ?? Self.branchKind(name, operands) ?? Self.computingKind(name, operands)
    let count = Self.resultCount(name, kind)
    results = operands.registers.prefix(count).reduce([]) { $0.union($1) }
    reads = operands.registers.dropFirst(count).reduce(operands.address) { $0.union($1) }
    switch kind {
    case .loadMultiple: results.formUnion(operands.list)
    case .storeMultiple: reads.formUnion(operands.list)
    case .arithmetic where Self.readsItsResult(name, operands): reads.formUnion(results)
    case .multiply where Self.accumulatesLong(name): reads.formUnion(results)
    default: break
    }
    writes = operands.writesBack ? results.union(operands.address) : results
  }

  // MARK: Kinds

  private static func memoryKind(_ name: Substring, _ operands: Operands) -> Kind? {
    let (stem, _) = split(name, stems: memoryStems)
    switch stem {
    case "push", "stm", "stmia", "stmdb": return .storeMultiple(count: operands.list.rawValue.nonzeroBitCount)
    case "pop", "ldm", "ldmia", "ldmdb":
      return .loadMultiple(
        count: operands.list.rawValue.nonzeroBitCount, loadsPC: operands.list.contains(.init(named: "pc")))
    case "ldrd": return .loadMultiple(count: 2, loadsPC: false)
    case "strd": return .storeMultiple(count: 2)
    case "vldr": return .loadMultiple(count: operands.floatWords, loadsPC: false)
    case "vstr": return .storeMultiple(count: operands.floatWords)
    case "vldmia", "vldmdb", "vpop": return .loadMultiple(count: operands.floatWords, loadsPC: false)
    case "vstmia", "vstmdb", "vpush": return .storeMultiple(count: operands.floatWords)
    case let stem? where stem.hasPrefix("ldr"):
      return operands.registers.first == RegisterSet(named: "pc") ? .loadPC : .load(operands.addressForm)
    case let stem? where stem.hasPrefix("str"): return .store(operands.addressForm)
    default: return nil
    }
  }

  private static let memoryStems: Set<Substring> = [
    "ldr", "ldrb", "ldrh", "ldrsb", "ldrsh", "ldrd", "ldrex", "ldrexb", "ldrexh", "ldm", "ldmia", "ldmdb", "pop",
    "str", "strb", "strh", "strd", "strex", "strexb", "strexh", "stm", "stmia", "stmdb", "push",
    "vldr", "vstr", "vldmia", "vldmdb", "vpop", "vstmia", "vstmdb", "vpush",
  ]

  private static func branchKind(_ name: Substring, _ operands: Operands) -> Kind? {
    switch split(name, stems: ["b", "bl", "bx", "blx", "cbz", "cbnz", "tbb", "tbh"]) {
    case ("b", false), ("bl", _): .branch(.direct(target: operands.target ?? 0))
    case ("b", true), ("cbz", _), ("cbnz", _): .branch(.conditional(target: operands.target ?? 0))
    case ("bx", _), ("blx", _): .branch(.indirect)
    case ("tbb", _), ("tbh", _): .tableBranch
    default: nil
    }
  }

  private static func computingKind(_ name: Substring, _ operands: Operands) -> Kind {
    if multiplyStarts.contains(where: name.hasPrefix) { return .multiply }
    switch name {
    case "udiv", "sdiv": return .divide
    case "it", "ite", "itt", "itee", "itet", "itte", "ittt", "iteee", "iteet", "itete", "itett", "ittee", "ittet",
      "ittte", "itttt":
      return .ifThen
    case "mrs", "msr", "cpsie", "cpsid": return .system
    case "dmb", "dsb", "isb": return .barrier
    case let name where name.hasPrefix("v"): return .float(cycles: floatCycles(name, operands))
    default: return .arithmetic
    }
  }

  private static let multiplyStarts = [
    "mul", "mla", "mls", "smul", "smla", "smls", "smua", "smus", "smmu", "smml", "umul", "umla", "umaal", "smull",
  ]

  private static func floatCycles(_ name: Substring, _ operands: Operands) -> Int {
    switch name {
    case "vdiv", "vsqrt": 14
    case "vmla", "vmls", "vfma", "vfms", "vnmla", "vnmls", "vfnma", "vfnms": 3
    case "vnmul": 2
    case "vmov" where operands.registers.count == 2: 2  // Two core registers.
    default: 1
    }
  }

  // MARK: Operands

  /// How many of the first registers are results.
  private static func resultCount(_ name: Substring, _ kind: Kind) -> Int {
    switch kind {
    case .multiply: isLongMultiply(name) ? 2 : 1
    case .load, .divide, .loadPC: 1
    case .loadMultiple: name.hasPrefix("ldrd") ? 2 : 0
    case .arithmetic: ["cmp", "cmn", "tst", "teq", "nop", "pld"].contains(where: name.hasPrefix) ? 0 : 1
    case .float: 0
    case .store, .storeMultiple, .branch, .tableBranch, .ifThen, .system, .barrier: 0
    }
  }

  private static func isLongMultiply(_ name: Substring) -> Bool {
    ["smull", "umull", "smlal", "umlal", "smlsld", "umaal"].contains(where: name.hasPrefix)
  }

  private static func accumulatesLong(_ name: Substring) -> Bool { isLongMultiply(name) && !name.contains("mull") }

  /// `adds r3, #1` and `orrs r3, r2`, where the result is the first source too; not `mvns r3, r2`.
  private static func readsItsResult(_ name: Substring, _ operands: Operands) -> Bool {
    if ["movt", "bfi", "bfc"].contains(where: name.hasPrefix) { return true }
    return operands.plainCount == 2 && !unaryStarts.contains(where: name.hasPrefix)
  }

  private static let unaryStarts = [
    "mov", "mvn", "adr", "clz", "rev", "rbit", "neg", "rrx", "sxtb", "sxth", "uxtb", "uxth",
  ]

  /// The stem of a mnemonic and whether a condition follows it.
  private static func split(_ name: Substring, stems: Set<Substring>) -> (stem: Substring?, isConditional: Bool) {
    if stems.contains(name) { return (name, false) }
    let stem = name.dropLast(2)
    return conditions.contains(name.suffix(2)) && stems.contains(stem) ? (stem, true) : (nil, false)
  }

  private static let conditions: Set<Substring> = [
    "eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le",
  ]
}

/// The operands of a line: `r0, [r6, r2, lsl #1]`, `sp!, {r4, pc}`, `8000338 <add_s8+0x138>`.
private struct Operands {
  /// In order, those of the address and of a list excluded; a base of LDM or STM is part of the address.
  var registers: [RegisterSet] = []
  /// Operands outside of brackets and braces, constants included.
  var plainCount = 0
  var address: RegisterSet = []
  var list: RegisterSet = []
  var addressForm = Instruction.Address.immediate
  var writesBack = false
  var target: Int?
  /// Words of the floating-point registers named.
  var floatWords = 0

  init(_ text: Substring) {
    var rest = text
    while let open = rest.firstIndex(where: { $0 == "[" || $0 == "{" }) {
      let isAddress = rest[open] == "["
      let close = rest[open...].firstIndex(of: isAddress ? "]" : "}") ?? rest.index(before: rest.endIndex)
      addPlain(rest[..<open], isBase: !isAddress)
      let inside = rest[rest.index(after: open)..<close]
      if isAddress { addAddress(inside) } else { addList(inside) }
      rest = rest[close...].dropFirst()
      if isAddress { writesBack = rest.trimmed.hasPrefix("!") || rest.trimmed.hasPrefix(",") }
    }
    addPlain(rest, isBase: false)
  }

  private mutating func addPlain(_ text: Substring, isBase: Bool) {
    for word in text.split(separator: ",").map(\.trimmed) where !word.isEmpty {
      plainCount += 1
      let name = word.hasSuffix("!") ? word.dropLast() : word
      let register = RegisterSet(named: name)
      if register.isEmpty {
        floatWords += Self.floatWords(word)
        if let end = word.firstIndex(of: " "), let value = Int(word[..<end], radix: 16) { target = value }
      } else if isBase {
        address.formUnion(register)
        writesBack = writesBack || word.hasSuffix("!")
      } else {
        registers.append(register)
      }
    }
  }

  private mutating func addAddress(_ text: Substring) {
    let words = text.split(separator: ",").map(\.trimmed)
    let registers = words.map { RegisterSet(named: $0) }.filter { !$0.isEmpty }
    address = registers.reduce(address) { $0.union($1) }
    if address.contains(RegisterSet(named: "pc")) {
      addressForm = .literal
    } else if registers.count > 1 {
      addressForm = .register
    }
  }

  private mutating func addList(_ text: Substring) {
    for word in text.split(separator: ",").map(\.trimmed) {
      let ends = word.split(separator: "-")
      let first = RegisterSet(named: ends.first ?? "")
      let last = RegisterSet(named: ends.last ?? "")
      if first.isEmpty {
        floatWords += Self.floatRange(ends)
      } else {
        var register = first
        while !register.isEmpty {
          list.formUnion(register)
          register = register == last ? [] : RegisterSet(rawValue: register.rawValue << 1)
        }
      }
    }
  }

  private static func floatWords(_ name: Substring) -> Int {
    guard name.dropFirst().allSatisfy(\.isNumber), name.count > 1 else { return 0 }
    return name.first == "s" ? 1 : name.first == "d" ? 2 : 0
  }

  private static func floatRange(_ ends: [Substring]) -> Int {
    guard let first = ends.first, let last = ends.last, let low = Int(first.dropFirst()),
      let high = Int(last.dropFirst())
    else { return 0 }
    return (high - low + 1) * floatWords(first)
  }
}

extension Substring {
  var trimmed: Substring {
    var text = self.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
