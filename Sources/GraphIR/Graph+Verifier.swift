// Invariants of a graph, checked between any two passes.
//
//   - Operands exist, their count, element types and shapes fit the operation.
//   - Every value is written by exactly one operation, before any that reads it.
//   - Weights are updated after every operation of the step that reads them.
//   - Constant and state bytes lie within `data`; error tensors, and only they, have a range.

extension Graph {
  /// - Throws: `GraphError` that names the operation or tensor and what is wrong.
  package func verify() throws {
    for index in tensors.indices { try verify(tensor: TensorID(index)) }
    for range in errorRanges {
      guard (4...15).contains(range.bits), (-1000...1000).contains(range.initialExponent) else {
        throw GraphError("error range '\(range.name)': found \(range.bits) bits, exponent \(range.initialExponent), expected 4 to 15 bits")
      }
    }
    try verifyOperandsExist()
    try verifyOrder()
    try verifyUpdateOrder()
    for operation in operations { try OperationVerifier(graph: self, operation: operation).verify() }
  }

  private func verify(tensor id: TensorID) throws {
    let tensor = self[id]
    var elements = 1
    for extent in tensor.shape {
      guard extent > 0, extent <= 1 << 24 else {
        throw GraphError("tensor '\(tensor.name)': shape \(tensor.shape): found extent \(extent), expected 1 to 2^24")
      }
      elements *= extent
      guard elements <= 1 << 28 else {
        throw GraphError("tensor '\(tensor.name)': shape \(tensor.shape): more than 2^28 elements")
      }
    }
    switch tensor.storage {
    case .constant(let offset), .state(_, let offset):
      guard offset >= 0, offset <= data.count - tensor.byteCount else {
        throw GraphError(
          "tensor '\(tensor.name)': \(tensor.byteCount) bytes from \(offset) lie outside of the graph's \(data.count) B")
      }
    case .value, .input: break
    }
    let isError = tensor.element == .int16
    guard isError == (tensor.errorRange != nil) else {
      throw GraphError("tensor '\(tensor.name)': an int16 tensor, and no other, has an error range")
    }
    if let range = tensor.errorRange, !errorRanges.indices.contains(range) {
      throw GraphError("tensor '\(tensor.name)': found error range \(range), expected less than \(errorRanges.count)")
    }
  }

  private func verifyOperandsExist() throws {
    let known = tensors.indices
    for operation in operations {
      for operand in operation.inputs + operation.outputs where !known.contains(operand.index) {
        throw GraphError("operation '\(operation.name)': tensor \(operand.index) does not exist; the graph has \(tensors.count)")
      }
      if let layer = operation.layer, !layers.indices.contains(layer) {
        throw GraphError("operation '\(operation.name)': layer \(layer) does not exist; the graph has \(layers.count)")
      }
    }
    for (what, id) in [("input", input), ("output", output)] where !known.contains(id.index) {
      throw GraphError("graph '\(name)': \(what) tensor \(id.index) does not exist")
    }
  }

  private func verifyOrder() throws {
    var written = Set(tensors.indices.filter { tensors[$0].storage != .value }.map(TensorID.init))
    for operation in operations {
      for operand in operation.inputs where !written.contains(operand) {
        throw GraphError("operation '\(operation.name)': reads '\(self[operand].name)' before it is written")
      }
      for operand in operation.outputs {
        guard self[operand].isValue else {
          throw GraphError("operation '\(operation.name)': writes '\(self[operand].name)', which is no value of the step")
        }
        guard written.insert(operand).inserted else {
          throw GraphError("operation '\(operation.name)': writes '\(self[operand].name)' a second time")
        }
      }
    }
    guard written.contains(output) else {
      throw GraphError("graph '\(name)': no operation writes the output '\(self[output].name)'")
    }
  }

  private func verifyUpdateOrder() throws {
    var updated: Set<TensorID> = []
    for operation in operations {
      let changes = operation.kind.stateOperands(of: operation.inputs)
      for operand in operation.inputs where updated.contains(operand) && !changes.contains(operand) {
        throw GraphError("operation '\(operation.name)': reads '\(self[operand].name)' after its update")
      }
      updated.formUnion(changes)
    }
  }
}

extension OperationKind {
  /// The operands that an update changes in place.
  package func stateOperands(of inputs: [TensorID]) -> [TensorID] {
    switch self {
    case .conv2DUpdateWeights, .depthwiseConv2DUpdateWeights, .fullyConnectedUpdateWeights:
      Array(inputs.dropFirst(2))
    case .updateBias: Array(inputs.dropFirst(1))
    default: []
    }
  }
}
