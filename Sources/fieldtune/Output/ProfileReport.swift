import FirmwareBuild
import GraphIR
import Profiling

/// What one step takes: by operation, phase and kernel.
struct ProfileReport: Encodable {
  struct Cost: Encodable {
    let macs: Int
    let instructions: Int
    /// Registers, not instructions: an LDM of four loads four.
    let loads: Int
    let stores: Int
    let unaligned: Int
    /// Of the loads, those of weights and constants in flash.
    let flashLoads: Int
    let cycles: CycleRange
  }

  struct Operation: Encodable {
    let position: Int
    let name: String
    let phase: String
    let kernel: String?
    let cost: Cost
  }

  /// Several operations, or what runs between them.
  struct Sum: Encodable {
    let name: String
    /// Operations; 0 for what runs between them.
    let operations: Int
    let cost: Cost
  }

  let board: String
  let core: String
  /// Nil where the board is a machine of QEMU, which has no clock.
  let clockHertz: Int?
  let machine: String
  let waitStates: Int
  let operations: [Operation]
  let phases: [Sum]
  /// The function each operation calls, most cycles first.
  let kernels: [Sum]
  /// What the step's own functions do between the operations.
  let around: [Sum]
  let total: Cost
  /// The code that takes most cycles.
  let hot: [HotBlock]
  /// The board's firmware, measured; nil where it does not fit.
  let memory: BuildReport?
  let confidence: String

  init(
    _ profile: Profile, hot: [HotBlock], of graph: Graph, board: Board, machine: String, built: BuildReport?,
    waitStates: Int, confidence: String
  ) {
    self.board = board.name
    core = board.core
    clockHertz = board.counter.unit == .cycles ? board.counter.hertz : nil
    self.machine = machine
    self.waitStates = waitStates
    operations = graph.operations.enumerated().compactMap { position, operation in
      guard let cost = profile.operations[position] else { return nil }
      return Operation(
        position: position, name: operation.name, phase: operation.kind.phase.rawValue,
        kernel: profile.kernels[position], cost: Cost(cost, macs: graph.macs(of: operation)))
    }
    around = profile.functions.sorted { $0.key < $1.key }.map { name, cost in
      Sum(name: name, operations: 0, cost: Cost(cost, macs: 0))
    }
    phases = Phase.allCases.map(\.rawValue).map { [operations] phase in
      Sum(name: phase, operations.filter { $0.phase == phase })
    }
    kernels = Dictionary(grouping: operations) { $0.kernel ?? "-" }
      .map { Sum(name: $0.key, $0.value) }
      .sorted { ($0.cost.cycles.high, $1.name) > ($1.cost.cycles.high, $0.name) }
    total = Cost(sum: operations.map(\.cost) + around.map(\.cost))
    self.hot = hot
    memory = built
    self.confidence = confidence
  }
}

extension ProfileReport.Sum {
  fileprivate init(name: String, _ operations: [ProfileReport.Operation]) {
    self.init(name: name, operations: operations.count, cost: .init(sum: operations.map(\.cost)))
  }
}

extension ProfileReport.Cost {
  fileprivate init(_ cost: Profile.Cost, macs: Int) {
    self.init(
      macs: macs, instructions: cost.instructions, loads: cost.loads, stores: cost.stores, unaligned: cost.unaligned,
      flashLoads: cost.flashLoads, cycles: cost.cycles)
  }

  fileprivate init(sum costs: [Self]) {
    func sum(_ part: (Self) -> Int) -> Int { costs.reduce(0) { $0 + part($1) } }
    self.init(
      macs: sum(\.macs), instructions: sum(\.instructions), loads: sum(\.loads), stores: sum(\.stores),
      unaligned: sum(\.unaligned), flashLoads: sum(\.flashLoads),
      cycles: costs.reduce(CycleRange(0)) { $0 + $1.cycles })
  }
}
