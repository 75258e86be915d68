import Profiling

/// Code written as `objdump -d -l` prints it, from lines such as `ldr r3, [r0, #4]`, and how often each line ran.
struct Listing {
  /// Address of the first instruction.
  static let start = 0x8000

  let code: Disassembly
  private var counts: [Int: ExecutionCounts.Count] = [:]

  /// - Parameter rows: an instruction, `executed` and `jumped` each; `.w` and a few others take four bytes.
  init(_ rows: [(text: String, executed: Int, jumped: Int)]) {
    var text = "\(Self.hex(Self.start)) <kernel>:\n"
    var address = Self.start
    for row in rows {
      text += Self.line(row.text, at: address) + "\n"
      counts[address] = .init(executed: row.executed, jumped: row.jumped, unaligned: 0)
      address += Self.bytes(row.text)
    }
    code = Disassembly(objdump: text)
  }

  /// Each line run once, in order.
  init(_ lines: String...) { self.init(lines.map { ($0, 1, 0) }) }

  func blocks() throws -> [Block] { try Flow.blocks(counts, in: code.instructions) }

  /// Of all of it.
  func cycles(_ timing: any CoreTiming, waitStates: Int = 0) throws -> CycleRange {
    try blocks().reduce(CycleRange(0)) { $0 + timing.cycles($1, waitStates: waitStates) }
  }

  static func instruction(_ text: String) -> Instruction? {
    Instruction(disassembled: line(text, at: start)[...])
  }

  private static func line(_ text: String, at address: Int) -> String {
    let (mnemonic, operands) = split(text)
    return " \(hex(address)):\t\(bytes(text) == 2 ? "bf00      " : "f000 8000 ")\t\(mnemonic)\t\(operands)"
  }

  private static func bytes(_ text: String) -> Int {
    let wide = ["smlad", "smlal", "sxtb16", "ldrd", "strd", "udiv", "bl ", "smull"]
    return split(text).mnemonic.hasSuffix(".w") || wide.contains(where: text.hasPrefix) ? 4 : 2
  }

  private static func split(_ text: String) -> (mnemonic: Substring, operands: Substring) {
    let mnemonic = text.prefix { $0 != " " }
    return (mnemonic, text[mnemonic.endIndex...].drop { $0 == " " })
  }

  private static func hex(_ value: Int) -> String { String(value, radix: 16) }
}
