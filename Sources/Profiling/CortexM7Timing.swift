/// Bounds for a Cortex-M7, whose timings Arm does not publish.
///
/// Low: in-order dual issue with perfect branch prediction. Two neighbours of one block share a cycle unless the
/// second needs or overwrites a result of the first, or both multiply, or both go to memory other than as two single
/// loads, or one takes several cycles. Load and store multiples move two registers a cycle.
/// High: one instruction a cycle, one register a cycle, a cycle's wait for the result of a load or multiplication,
/// and a refill of the pipeline for every branch that a predictor which remembers only the more frequent way gets wrong.
package struct CortexM7Timing: CoreTiming {
  package let lineBytes = 32

  package init() {}

  package var confidence: String {
    """
    Cortex-M7: bounds, not an estimate; Arm publishes no timings. Low is dual issue wherever simple rules allow it, high is
    single issue with stalls, both with caches that always hit (--wait-states bounds code and constants that miss).
    """
  }

  package func cycles(_ block: Block) -> CycleRange {
    let last = block.arrivals[block.arrivals.count - 1]
    let unaligned = block.arrivals.reduce(0) { $0 + $1.count.unaligned }
    let high = highCycles(block) * block.executed + highCycles(mispredicted: last) + unaligned
    return CycleRange(min(lowCycles(block) * block.executed, high), high)
  }

  // MARK: Dual issue

  private func lowCycles(_ block: Block) -> Int {
    var cycles = 0
    var position = 0
    let instructions = block.arrivals.map(\.instruction)
    while position < instructions.count {
      let first = instructions[position]
      let pairs = position + 1 < instructions.count && canShare(first, instructions[position + 1])
      cycles += issueCycles(first)
      position += pairs ? 2 : 1
    }
    return cycles
  }

  private func issueCycles(_ instruction: Instruction) -> Int {
    switch instruction.kind {
    case .loadMultiple(let count, _), .storeMultiple(let count): (count + 1) / 2
    case .divide: 2
    case .float(let cycles): cycles
    case .arithmetic, .multiply, .ifThen, .load, .store, .loadPC, .branch, .tableBranch, .system, .barrier: 1
    }
  }

  private func canShare(_ first: Instruction, _ second: Instruction) -> Bool {
    guard issueCycles(first) == 1, issueCycles(second) == 1, !first.branches else { return false }
    guard first.writes.isDisjoint(with: second.reads.union(second.writes)) else { return false }
    switch (first.kind, second.kind) {
    case (.multiply, .multiply): return false
    case (.load, .load): return true
    default: return !(usesMemory(first) && usesMemory(second))
    }
  }

  private func usesMemory(_ instruction: Instruction) -> Bool { instruction.loads + instruction.stores > 0 }

  // MARK: Single issue

  private func highCycles(_ block: Block) -> Int {
    block.arrivals.reduce(0) { sum, arrival in
      sum + highCycles(arrival.instruction) + (waits(arrival.instruction, for: arrival.previous) ? 1 : 0)
    }
  }

  private func highCycles(_ instruction: Instruction) -> Int {
    switch instruction.kind {
    case .loadMultiple(let count, let loadsPC): count + (loadsPC ? Self.refill : 0)
    case .storeMultiple(let count): count
    case .divide: 12
    case .float(let cycles): cycles
    case .branch(.indirect), .tableBranch, .loadPC: 1 + Self.refill
    case .system, .barrier: 1 + Self.refill
    case .arithmetic, .multiply, .ifThen, .load, .store, .branch: 1
    }
  }

  private func waits(_ instruction: Instruction, for previous: Instruction?) -> Bool {
    guard let previous, !previous.writes.isDisjoint(with: instruction.reads) else { return false }
    switch previous.kind {
    case .load, .loadMultiple, .multiply: return true
    case .arithmetic, .divide, .ifThen, .store, .storeMultiple, .loadPC, .branch, .tableBranch, .float, .system,
      .barrier:
      return !instruction.addressRegisters.isDisjoint(with: previous.writes)
    }
  }

  /// Stages of the pipeline up to the one that decides a branch.
  private static let refill = 6

  private func highCycles(mispredicted arrival: Arrival) -> Int {
    guard case .branch(.conditional) = arrival.instruction.kind else { return 0 }
    return Self.refill * min(arrival.count.jumped, arrival.count.executed - arrival.count.jumped)
  }
}
