/// Code between two branches, and its share of the step.
package struct HotBlock: Hashable, Sendable, Codable {
  package var function: String
  /// Of its first instruction.
  package var address: Int
  package var executed: Int
  /// Of all its executions, branches taken included.
  package var cycles: CycleRange
  /// Of one execution: registers loaded, multiplications, everything.
  package var loads: Int
  package var multiplications: Int
  package var instructions: Int
  /// As disassembled.
  package var lines: [String]
}

extension HotBlock {
  /// The blocks that take most cycles, whoever calls them; most first.
  package static func hottest(
    _ limit: Int, of counts: ExecutionCounts, code: Disassembly, timing: any CoreTiming, waitStates: Int = 0
  ) throws(ProfileError) -> [HotBlock] {
    var sums: [Int: ExecutionCounts.Count] = [:]
    for record in counts.records where record.site != 0 { sums[record.address, default: .init()] += record.count }
    let blocks = try Flow.blocks(sums, in: code.instructions).map { block in
      HotBlock(block, in: code, cycles: timing.cycles(block, waitStates: waitStates))
    }
    return Array(blocks.sorted { ($0.cycles.high, $1.address) > ($1.cycles.high, $0.address) }.prefix(limit))
  }

  private init(_ block: Block, in code: Disassembly, cycles: CycleRange) {
    let instructions = block.arrivals.map(\.instruction)
    address = instructions[0].address
    function = code.function(at: instructions[0].address)?.name ?? ""
    executed = block.executed
    self.cycles = cycles
    loads = instructions.reduce(0) { $0 + $1.loads }
    multiplications = instructions.count { $0.kind == .multiply }
    self.instructions = instructions.count
    lines = instructions.map { "\(String($0.address, radix: 16)): \($0.text)" }
  }
}
