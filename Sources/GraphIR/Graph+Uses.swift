extension Graph {
  /// Positions of the operations that read each tensor, in order.
  package func consumers() -> [[Int]] {
    var result = Array(repeating: [Int](), count: tensors.count)
    for (position, operation) in operations.enumerated() {
      for operand in Set(operation.inputs) { result[operand.index].append(position) }
    }
    return result
  }

  /// The position of the operation that writes each tensor; nil for the input, constants and state.
  package func producers() -> [Int?] {
    var result = Array(repeating: Int?.none, count: tensors.count)
    for (position, operation) in operations.enumerated() {
      for operand in operation.outputs { result[operand.index] = position }
    }
    return result
  }

  /// Drops tensors that no operation names and renumbers the rest, so that ids are dense and stable.
  package func compacted() -> Graph {
    var used: Set<TensorID> = [input, output]
    for operation in operations { used.formUnion(operation.inputs + operation.outputs) }
    let kept = tensors.indices.map(TensorID.init).filter(used.contains)
    var renumbered: [TensorID: TensorID] = [:]
    for (index, id) in kept.enumerated() { renumbered[id] = TensorID(index) }
    func new(_ id: TensorID) -> TensorID {
      guard let id = renumbered[id] else { preconditionFailure("tensor \(id.index) is in use but was dropped") }
      return id
    }
    var graph = self
    graph.tensors = kept.map { self[$0] }
    graph.input = new(input)
    graph.output = new(output)
    graph.data = []
    for index in graph.operations.indices {
      graph.operations[index].inputs = operations[index].inputs.map(new)
      graph.operations[index].outputs = operations[index].outputs.map(new)
    }
    for (index, id) in kept.enumerated() {
      guard let bytes = bytes(of: id) else { continue }
      let offset = graph.store(bytes)
      switch graph.tensors[index].storage {
      case .constant: graph.tensors[index].storage = .constant(offset: offset)
      case .state(let kind, _): graph.tensors[index].storage = .state(kind, offset: offset)
      case .value, .input: break
      }
    }
    return graph
  }
}
