/// What one step cost, by operation and by kernel.
package struct Profile: Hashable, Sendable {
  package struct Cost: Hashable, Sendable {
    package var instructions = 0
    /// Registers loaded from memory and stored to it: an LDM of four is one instruction and four loads.
    package var loads = 0
    package var stores = 0
    /// Loads and stores at addresses that are not multiples of their size.
    package var unaligned = 0
    /// Of the loads, those of weights and constants in flash.
    package var flashLoads = 0
    package var cycles = CycleRange(0)

    package init(
      instructions: Int = 0, loads: Int = 0, stores: Int = 0, unaligned: Int = 0, flashLoads: Int = 0,
      cycles: CycleRange = CycleRange(0)
    ) {
      self.instructions = instructions
      self.loads = loads
      self.stores = stores
      self.unaligned = unaligned
      self.flashLoads = flashLoads
      self.cycles = cycles
    }

    package static func += (left: inout Cost, right: Cost) {
      left.instructions += right.instructions
      left.loads += right.loads
      left.stores += right.stores
      left.unaligned += right.unaligned
      left.flashLoads += right.flashLoads
      left.cycles += right.cycles
    }
  }

  /// Of the operations of the training graph, by position.
  package private(set) var operations: [Int: Cost] = [:]
  /// The kernel each operation calls, by position.
  package private(set) var kernels: [Int: String] = [:]
  /// What the step's functions do around the operations, by function.
  package private(set) var functions: [String: Cost] = [:]

  package var total: Cost {
    var sum = Cost()
    for cost in operations.values { sum += cost }
    for cost in functions.values { sum += cost }
    return sum
  }

  private typealias Counts = [Int: ExecutionCounts.Count]

  /// - Parameter waitStates: of flash, where neither cache nor prefetch helps.
  package init(
    _ counts: ExecutionCounts, code: Disassembly, source: StepSource, timing: any CoreTiming, waitStates: Int = 0
  ) throws(ProfileError) {
    var sites: [Int: StepSource.Part] = [:]
    var parts: [StepSource.Part: Counts] = [:]
    var calls: [Int: [String: Int]] = [:]
    for record in counts.records where record.site != 0 {
      let part = sites[record.site] ?? Self.part(of: record.site, code, source)
      sites[record.site] = part
      parts[part, default: [:]][record.address, default: .init()] += record.count
      if case .operation(let position) = part, let callee = code.callee(at: record.site) {
        calls[position, default: [:]][callee, default: 0] += record.count.executed
      }
    }
    for (part, counts) in parts {
      let cost = try Self.cost(counts, code, timing, waitStates)
      switch part {
      case .operation(let position): operations[position] = cost
      case .function(let name): functions[name] = cost
      }
    }
    kernels = calls.compactMapValues { $0.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key }
  }

  private static func part(of site: Int, _ code: Disassembly, _ source: StepSource) -> StepSource.Part {
    if let line = code.lines[site], line.file == StepSource.fileName, let part = source.part(atLine: line.number) {
      return part
    }
    return .function(code.function(at: site)?.name ?? "")
  }

  private static func cost(
    _ counts: Counts, _ code: Disassembly, _ timing: any CoreTiming, _ waitStates: Int
  ) throws(ProfileError) -> Cost {
    var cost = Cost()
    for block in try Flow.blocks(counts, in: code.instructions) {
      for arrival in block.arrivals {
        cost.instructions += arrival.count.executed
        cost.loads += arrival.count.executed * arrival.instruction.loads
        cost.stores += arrival.count.executed * arrival.instruction.stores
        cost.unaligned += arrival.count.unaligned
        cost.flashLoads += arrival.count.flashLoads
      }
      cost.cycles += timing.cycles(block, waitStates: waitStates)
    }
    return cost
  }
}
