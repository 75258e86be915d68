import GraphIR

extension Graph {
  /// Drops operations whose results nobody reads. Updates and the loss are roots, as is the model's output.
  package func eliminatingDeadOperations() -> Graph {
    var graph = self
    var needed: Set<TensorID> = [output]
    var kept: [Operation] = []
    for operation in operations.reversed() {
      let isRoot: Bool
      switch operation.kind {
      case .softmaxCrossEntropy: isRoot = true
      default: isRoot = operation.kind.phase == .update
      }
      guard isRoot || operation.outputs.contains(where: needed.contains) else { continue }
      needed.formUnion(operation.inputs)
      kept.append(operation)
    }
    graph.operations = kept.reversed()
    return graph.compacted()
  }
}
