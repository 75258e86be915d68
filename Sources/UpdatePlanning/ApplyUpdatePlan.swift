import GraphIR

extension Graph {
  /// Moves what a plan trains from constants into state: biases with fraction bits, the trained plane of
  /// each layer's weights with a residual plane beside it.
  ///
  /// Trained channels stand first in a layer's weights. Where a plan chooses others, the layer's input is put into that
  /// order (`selectChannels`), and the output of a depthwise layer back into its own.
  /// Expects a graph whose weights are all frozen.
  package func applying(_ plan: ResolvedUpdatePlan) -> Graph {
    var graph = self
    graph.operations = []
    for operation in operations {
      guard operation.kind.isLayer, let layer = operation.layer, plan.layers[layer] != ResolvedUpdatePlan.nothing else {
        graph.operations.append(operation)
        continue
      }
      graph.operations += graph.training(operation, plan.layers[layer], layer: layer)
    }
    return graph.compacted()
  }

  /// A layer with what it trains, and what puts its channels in order.
  private mutating func training(
    _ layer: Operation, _ update: ResolvedUpdatePlan.LayerUpdate, layer index: Int
  ) -> [Operation] {
    guard var weighting = layer.kind.weighting else { preconditionFailure("\(layer.name) has no weights") }
    var operations = [layer]
    if (1..<weighting.channels).contains(update.trainedChannels) {
      operations = flatteningInput(of: layer, channels: weighting.channels)
    }
    if !update.chosenChannels.isEmpty {
      let chosen = Set(update.chosenChannels)
      let order = update.chosenChannels + (0..<weighting.channels).filter { !chosen.contains($0) }
      layers[index].channelOrder = order
      operations = operations.dropLast() + ordering(operations[operations.count - 1], order)
    }
    guard let position = operations.firstIndex(where: \.kind.isLayer) else { return operations }
    weighting = operations[position].kind.weighting ?? weighting
    let (whole, bias) = (operations[position].inputs[1], operations[position].inputs[2])
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
    operations[position].kind = operations[position].kind.with(weighting)
    operations[position].inputs = [operations[position].inputs[0]] + planes + [trainedBias]
    return operations
  }

  /// A dense layer reads rows of `channels` elements; their last dimension has to say so before some are selected.
  private mutating func flatteningInput(of layer: Operation, channels: Int) -> [Operation] {
    let input = self[layer.inputs[0]]
    guard case .fullyConnected = layer.kind, input.shape.last != channels else { return [layer] }
    var (flat, layer) = (input, layer)
    flat.name += "/rows"
    flat.storage = .value
    flat.shape = [input.elementCount / channels, channels]
    let rows = add(flat)
    let reshape = Operation(
      name: layer.name + "/rows", kind: .reshape, inputs: [layer.inputs[0]], outputs: [rows], layer: layer.layer)
    layer.inputs[0] = rows
    return [reshape, layer]
  }

  // MARK: Order

  /// The layer with weights in another order of its channels, behind a copy of its input in that order.
  private mutating func ordering(_ layer: Operation, _ order: [Int]) -> [Operation] {
    var ordered = layer
    ordered.inputs[1] = reordered(layer.inputs[1], order, elementBytes: 1)
    guard let multiplier = layer.kind.depthMultiplier else {
      return [selection(order, from: layer.inputs[0], into: &ordered.inputs[0], of: layer, part: "order"), ordered]
    }
    // One input channel for each run of `multiplier` output channels.
    let inputOrder = stride(from: 0, to: order.count, by: multiplier).map { order[$0] / multiplier }
    let gather = selection(inputOrder, from: layer.inputs[0], into: &ordered.inputs[0], of: layer, part: "order")
    ordered.inputs[2] = reordered(layer.inputs[2], order, elementBytes: 4)
    if var weighting = layer.kind.weighting, weighting.weightScales.count > 1 {
      weighting.weightScales = order.map { weighting.weightScales[$0] }
      ordered.kind = layer.kind.with(weighting)
    }
    let inverse = order.indices.sorted { order[$0] < order[$1] }
    var restore = selection(inverse, from: layer.outputs[0], into: &ordered.outputs[0], of: layer, part: "restore")
    (restore.inputs, restore.outputs) = (ordered.outputs, layer.outputs)
    return [gather, ordered, restore]
  }

  /// A copy of `source` with its channels selected; its result becomes `operand`.
  private mutating func selection(
    _ channels: [Int], from source: TensorID, into operand: inout TensorID, of layer: Operation, part: String
  ) -> Operation {
    var tensor = self[source]
    tensor.name = "\(layer.name)/\(part == "order" ? "in" : "out")/ordered"
    tensor.storage = .value
    operand = add(tensor)
    return Operation(
      name: "\(layer.name)/\(part)", kind: .selectChannels(channels), inputs: [source], outputs: [operand],
      layer: layer.layer)
  }

  /// A constant whose last dimension is put into another order, with the scales along it.
  private mutating func reordered(_ id: TensorID, _ order: [Int], elementBytes: Int) -> TensorID {
    var tensor = self[id]
    let old = constantBytes(id)
    let bytes = stride(from: 0, to: old.count, by: order.count * elementBytes).flatMap { row in
      order.flatMap { old[row + $0 * elementBytes..<row + ($0 + 1) * elementBytes] }
    }
    tensor.storage = .constant(offset: store(bytes))
    if let quantization = tensor.quantization, quantization.axis == tensor.shape.count - 1, quantization.scales.count > 1 {
      tensor.quantization?.scales = order.map { quantization.scales[$0] }
    }
    return add(tensor)
  }

  // MARK: State

  /// Planes [trained, frozen] or [trained] of a weight tensor whose last dimension holds the channels.
  private mutating func split(_ whole: TensorID, channels: Int, trained: Int) -> [TensorID] {
    let tensor = self[whole]
    let bytes = constantBytes(whole)
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
    let bytes = constantBytes(bias)
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      Int32(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
    }
  }

  private func constantBytes(_ id: TensorID) -> [UInt8] {
    guard let bytes = bytes(of: id) else { preconditionFailure("\(self[id].name) has no bytes") }
    return Array(bytes)
  }
}
