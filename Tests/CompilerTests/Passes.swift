import Compiler
import GraphIR
import UpdatePlanning

extension CompileOptions {
  /// A board without limits.
  static func unlimited(_ update: UpdatePlan) -> CompileOptions {
    CompileOptions(
      update: update, board: BoardBudget(name: "unlimited", sramBytes: nil, flashBytes: nil, stackBytes: 2048))
  }
}

extension Graph {
  /// The training graph of this forward graph under a plan.
  func training(_ update: UpdatePlan) throws -> Graph {
    try Pipeline.trainingGraph(self, options: .unlimited(update)).graph
  }

  func count(where matches: (OperationKind) -> Bool) -> Int { operations.filter { matches($0.kind) }.count }

  func id(named name: String) -> TensorID? { tensors.firstIndex { $0.name == name }.map(TensorID.init) }
}
