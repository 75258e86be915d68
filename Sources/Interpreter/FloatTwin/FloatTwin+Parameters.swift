import GraphIR

/// From bytes to real values.
extension FloatTwin {
  /// Weights and bias of a layer: their scales stand in the operation, not in the tensors.
  mutating func loadParameters(of operation: Operation) {
    guard let weighting = operation.kind.weighting else { return }
    switch operation.kind {
    case .conv2D, .depthwiseConv2D, .fullyConnected:
      loadBias(operation.inputs[1 + weighting.planeCount], weighting)
      fallthrough
    case .conv2DBackwardInput, .depthwiseConv2DBackwardInput, .fullyConnectedBackwardInput:
      for plane in WeightPlane.planes(operation, weighting) { loadPlane(plane, weighting, operation) }
    case .updateBias: loadBias(operation.inputs[1], weighting)
    default: break
    }
  }

  /// Codes of samples and constants, by the tensor's own quantization; errors by their initial exponent.
  mutating func loadCodes(_ id: TensorID) {
    let tensor = graph[id]
    guard let integers = integers(id) else { return }
    if let range = tensor.errorRange {
      let exponent = graph.errorRanges[range].initialExponent
      let unit = Double(sign: .plus, exponent: exponent, significand: 1)
      self[id] = integers.map { Double($0) * unit }
    } else {
      self[id] = integers.map(tensor.real)
    }
  }

  private mutating func loadBias(_ id: TensorID, _ weighting: Weighting) {
    guard let codes = integers(id) else { return }
    let unit = Double(weighting.inputScale) / Double(1 << weighting.biasFractionBits)
    self[id] = codes.enumerated().map { Double($1) * unit * weighting.weightScale($0) }
  }

  private mutating func loadPlane(_ plane: WeightPlane, _ weighting: Weighting, _ operation: Operation) {
    guard let codes = integers(plane.tensor) else { return }
    let rowCount = graph[plane.tensor].elementCount / graph[plane.tensor].shape[0]
    self[plane.tensor] = codes.enumerated().map { index, code in
      let channel = operation.kind.isDepthwise ? plane.firstChannel + index % plane.channels : index / rowCount
      return Double(code) * weighting.weightScale(channel)
    }
  }

  /// Initial elements of a constant or of state.
  private func integers(_ id: TensorID) -> [Int32]? {
    guard let bytes = graph.bytes(of: id).map(Array.init) else { return nil }
    func word(_ index: Int, _ width: Int) -> UInt32 {
      (0..<width).reduce(0) { $0 | UInt32(bytes[index * width + $1]) << UInt32(8 * $1) }
    }
    return (0..<graph[id].elementCount).map { index in
      switch graph[id].element {
      case .int8: Int32(Int8(bitPattern: bytes[index]))
      case .uint8: Int32(bytes[index])
      case .int16: Int32(Int16(truncatingIfNeeded: word(index, 2)))
      case .int32: Int32(bitPattern: word(index, 4))
      case .bit: Int32(bytes[index / 8] >> UInt8(index % 8) & 1)
      }
    }
  }
}

extension OperationKind {
  var isDepthwise: Bool {
    switch self {
    case .depthwiseConv2D, .depthwiseConv2DBackwardInput, .depthwiseConv2DUpdateWeights: true
    default: false
    }
  }
}
