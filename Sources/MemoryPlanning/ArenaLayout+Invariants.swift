import GraphIR

extension ArenaLayout {
  /// Proves the layout against the graph itself, not against the liveness it was made from: replays the schedule and
  /// checks before every read that the bytes are still those that the tensor's writer left there.
  ///
  /// - Throws: `GraphError` that names the tensor, its reader and what overwrote it.
  package func verify(_ graph: Graph) throws {
    let offsets = offsets()
    var owners: [Int: Range<Int>] = [:]  // tensor index -> bytes that still hold it
    func overwrite(_ range: Range<Int>, keeping kept: Set<Int>) {
      for (owner, bytes) in owners where bytes.overlaps(range) && !kept.contains(owner) { owners[owner] = nil }
    }
    for (position, operation) in graph.operations.enumerated() {
      for operand in operation.inputs where graph[operand].isValue && offsets[operand] != nil {
        guard owners[operand.index] != nil else {
          throw GraphError(
            "arena: '\(operation.name)' reads '\(graph[operand].name)' after its bytes were given to another tensor")
        }
      }
      if let offset = scratchOffsets()[position] {
        let scratch = offset..<offset + graph.scratchBytes(of: operation)
        try expectFree(scratch, from: operation.inputs, owners, graph, operation)
        overwrite(scratch, keeping: [])
      }
      for output in operation.outputs {
        guard let offset = offsets[output] else { continue }
        let range = offset..<offset + graph[output].byteCount
        guard range.upperBound <= bytes, offset % Buffer.alignment == 0 else {
          throw GraphError("arena: '\(graph[output].name)' at \(range) lies outside of \(bytes) B or is not aligned")
        }
        let inPlace = operation.inPlaceInputs.filter { offsets[$0] == offset }
        try expectFree(range, from: operation.inputs.filter { !inPlace.contains($0) }, owners, graph, operation)
        overwrite(range, keeping: operation.kind.keepsBytes ? Set(inPlace.map(\.index)) : [])
        owners[output.index] = range
      }
    }
    guard offsets[graph.output] == nil || owners[graph.output.index] != nil else {
      throw GraphError("arena: the output '\(graph[graph.output].name)' is overwritten before the step ends")
    }
  }

  /// No input of the operation, unless it works in place, may lie where the operation writes.
  private func expectFree(
    _ range: Range<Int>, from inputs: [TensorID], _ owners: [Int: Range<Int>], _ graph: Graph, _ operation: Operation
  ) throws {
    for input in inputs {
      if let bytes = owners[input.index], bytes.overlaps(range) {
        throw GraphError("arena: '\(operation.name)' writes \(range) over its own input '\(graph[input].name)' at \(bytes)")
      }
    }
  }
}

extension Operation {
  /// Inputs whose bytes the first output may take over, element by element.
  fileprivate var inPlaceInputs: [TensorID] {
    switch kind {
    case .reshape, .reshapeError, .maskError: [inputs[0]]
    case .sumErrors, .add: inputs
    default: []
    }
  }
}

extension OperationKind {
  /// True where the output is the same bytes under another name.
  fileprivate var keepsBytes: Bool {
    switch self {
    case .reshape, .reshapeError: true
    default: false
    }
  }
}
