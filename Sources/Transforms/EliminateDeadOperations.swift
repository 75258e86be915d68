import GraphIR

extension Graph {
  /// Drops operations whose results nobody reads, and layers that lose theirs. Updates and the loss are roots, as is
  /// the model's output.
  package func eliminatingDeadOperations() -> Graph {
    var graph = self
    var needed: Set<TensorID> = [output]
    var kept: [Operation] = []
    for operation in operations.reversed() {
      let isRoot = operation.kind.isLoss || operation.kind.phase == .update
      guard isRoot || operation.outputs.contains(where: needed.contains) else { continue }
      needed.formUnion(operation.inputs)
      kept.append(operation)
    }
    graph.operations = kept.reversed()
    graph.dropUnusedLayers()
    return graph.compacted()
  }

  private mutating func dropUnusedLayers() {
    let used = Set(operations.compactMap(\.layer)).sorted()
    layers = used.map { layers[$0] }
    for index in operations.indices {
      operations[index].layer = operations[index].layer.flatMap(used.firstIndex)
    }
  }
}
