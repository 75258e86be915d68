import GraphIR

/// Makes graphs of one operation whose operands are constants and state, so that a test can run it alone.
struct GraphBuilder {
  private(set) var graph = Graph(
    name: "case", tensors: [], operations: [], input: TensorID(0), output: TensorID(0), layers: [],
    data: [])

  mutating func codes(
    _ name: String, _ shape: [Int], _ values: [Int8], scale: Float = 1, zeroPoint: Int32 = 0,
    state: Tensor.StateKind? = nil
  ) -> TensorID {
    let offset = graph.store(littleEndian(values))
    return graph.add(
      Tensor(
        name: name, shape: shape, element: .int8,
        storage: state.map { .state($0, offset: offset) } ?? .constant(offset: offset),
        quantization: Quantization(scales: [scale], zeroPoint: zeroPoint)))
  }

  mutating func integers(
    _ name: String, _ shape: [Int], _ values: [Int32], state: Tensor.StateKind? = nil
  ) -> TensorID {
    let offset = graph.store(littleEndian(values))
    return graph.add(
      Tensor(
        name: name, shape: shape, element: .int32,
        storage: state.map { .state($0, offset: offset) } ?? .constant(offset: offset)))
  }

  mutating func bytes(_ name: String, _ shape: [Int], _ element: ElementType, _ values: [UInt8]) -> TensorID {
    let offset = graph.store(values)
    return graph.add(
      Tensor(name: name, shape: shape, element: element, storage: .constant(offset: offset)))
  }

  mutating func errors(_ name: String, _ shape: [Int], _ values: [Int16], range: Int) -> TensorID {
    let offset = graph.store(littleEndian(values))
    return graph.add(
      Tensor(
        name: name, shape: shape, element: .int16, storage: .constant(offset: offset),
        errorRange: range))
  }

  /// A range with its exponent before the first step; returns its index.
  mutating func range(bits: Int, exponent: Int, adapts: Bool = true) -> Int {
    let name = "range\(graph.errorRanges.count)"
    graph.errorRanges.append(
      ErrorRange(name: name, bits: bits, initialExponent: exponent, adapts: adapts))
    return graph.errorRanges.count - 1
  }

  /// A tensor that the operation writes.
  mutating func value(
    _ name: String, _ shape: [Int], _ element: ElementType, scale: Float? = nil, zeroPoint: Int32 = 0,
    range: Int? = nil
  ) -> TensorID {
    graph.add(
      Tensor(
        name: name, shape: shape, element: element, storage: .value,
        quantization: scale.map { Quantization(scales: [$0], zeroPoint: zeroPoint) },
        errorRange: range))
  }

  mutating func run(_ kind: OperationKind, _ inputs: [TensorID], _ outputs: [TensorID] = []) {
    graph.operations.append(
      Operation(name: "operation\(graph.operations.count)", kind: kind, inputs: inputs, outputs: outputs))
  }
}

func littleEndian<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
  values.withUnsafeBytes { Array($0) }
}
