import GraphIR

extension Graph {
  /// Moves what a plan trains from constants into state: biases with fraction bits, the trained plane of
  /// each layer's weights with a residual plane beside it.
  ///
  /// Expects a graph whose weights are all frozen.
  package func applying(_ plan: ResolvedUpdatePlan) -> Graph {
    var graph = self
    for position in operations.indices {
      guard operations[position].kind.isLayer, let layer = operations[position].layer,
        plan.layers[layer] != ResolvedUpdatePlan.nothing
      else { continue }
      graph.train(plan.layers[layer], at: position, named: layers[layer])
    }
    return graph.compacted()
  }

  private mutating func train(_ update: ResolvedUpdatePlan.LayerUpdate, at position: Int, named layer: Layer) {
    var operation = operations[position]
    guard var weighting = operation.kind.weighting else { preconditionFailure("\(operation.name) has no weights") }
    let (input, whole, bias) = (operation.inputs[0], operation.inputs[1], operation.inputs[2])
    var planes = [whole]
    if update.trainedChannels > 0 {
      weighting.trainedChannels = update.trainedChannels
      planes = split(whole, channels: weighting.channels, trained: update.trainedChannels)
    }
    var trainedBias = bias
    if update.bias {
      weighting.biasFractionBits = biasFractionBits(of: bias)
      trainedBias = addTrainedBias(bias, fractionBits: weighting.biasFractionBits)
    }
    operation.kind = operation.kind.with(weighting)
    operation.inputs = [input] + planes + [trainedBias]
    operations[position] = operation
  }

  /// Planes [trained, frozen] or [trained] of a weight tensor whose last dimension holds the channels.
  private mutating func split(_ whole: TensorID, channels: Int, trained: Int) -> [TensorID] {
    let tensor = self[whole]
    guard let bytes = bytes(of: whole).map(Array.init) else { preconditionFailure("\(tensor.name) has no bytes") }
    func plane(_ range: Range<Int>) -> [UInt8] {
      stride(from: 0, to: bytes.count, by: channels).flatMap { bytes[$0 + range.lowerBound..<$0 + range.upperBound] }
    }
    func shape(_ count: Int) -> [Int] { tensor.shape.dropLast() + [count] }
    let trainedPlane = add(
      Tensor(
        name: tensor.name, shape: shape(trained), element: .int8,
        storage: .state(.weight, offset: store(plane(0..<trained))), quantization: tensor.quantization))
    guard trained < channels else { return [trainedPlane] }
    let frozenPlane = add(
      Tensor(
        name: tensor.name + "/frozen", shape: shape(channels - trained), element: .int8,
        storage: .constant(offset: store(plane(trained..<channels))), quantization: tensor.quantization))
    return [trainedPlane, frozenPlane]
  }

  private mutating func addTrainedBias(_ bias: TensorID, fractionBits: Int) -> TensorID {
    let codes = biasCodes(bias).map { $0 << Int32(fractionBits) }
    let offset = store(codes.flatMap { code in (0..<4).map { UInt8(truncatingIfNeeded: code >> Int32(8 * $0)) } })
    return add(
      Tensor(
        name: self[bias].name, shape: self[bias].shape, element: .int32,
        storage: .state(.bias, offset: offset), quantization: self[bias].quantization))
  }

  /// As many extra bits, at most 12, as leave a factor of 4 for the bias to grow.
  private func biasFractionBits(of bias: TensorID) -> Int {
    let largest = biasCodes(bias).map(\.magnitude).max() ?? 0
    return min(12, max(0, largest.leadingZeroBitCount - 3))
  }

  private func biasCodes(_ bias: TensorID) -> [Int32] {
    guard let bytes = bytes(of: bias) else { preconditionFailure("\(self[bias].name) has no bytes") }
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { start in
      Int32(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
    }
  }
}
