import GraphIR

extension TFLiteImporter {
  /// Weights of a layer as they stand in the file.
  private struct Weights {
    let id: TensorID
    let shape: [Int]
    let scales: [Float]
    let file: FileTensor
  }

  /// `Conv2DOptions`: padding, stride_w, stride_h, fused_activation_function, dilation_w_factor, dilation_h_factor.
  mutating func importConv2D(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let weights = try weights(of: site, rank: 4, channelAxis: 0)
    let inner = try map(x, at: site)
    _ = try map(y, at: site)
    guard weights.shape[3] == inner[3] else {
      throw ImportError.unsupported(
        site.description, found: "weights for \(weights.shape[3]) input channels, input with \(inner[3])",
        expected: "as many", advice: "replace grouped convolutions by plain or depthwise ones")
    }
    let window = try convolutionWindow(site, x, y, weights, dilationSlots: (width: 4, height: 5))
    let clamp = try clamp(3, of: options(of: site), output: y, at: site)
    try appendLayer(site, x, weights, y, channels: weights.shape[3], outputs: weights.shape[0], clamp) { .conv2D(window, $0) }
  }

  /// `DepthwiseConv2DOptions`: padding, stride_w, stride_h, depth_multiplier, fused_activation_function,
  /// dilation_w_factor, dilation_h_factor.
  mutating func importDepthwiseConv2D(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let weights = try weights(of: site, rank: 4, channelAxis: 3)
    let inner = try map(x, at: site)
    _ = try map(y, at: site)
    let options = try options(of: site)
    let channels = weights.shape[3]
    let stated = Int(try options.integer(3, default: Int32(0)))
    guard weights.shape[0] == 1, channels % inner[3] == 0, stated == 0 || stated == channels / inner[3] else {
      throw ImportError.damaged(
        site.description,
        found: "weights \(weights.shape) and depth multiplier \(stated) for \(inner[3]) input channels",
        expected: "(1, height, width, input channels × depth multiplier)")
    }
    let window = try convolutionWindow(site, x, y, weights, dilationSlots: (width: 5, height: 6))
    let clamp = try clamp(4, of: options, output: y, at: site)
    try appendLayer(site, x, weights, y, channels: channels, outputs: channels, clamp) {
      .depthwiseConv2D(window, $0, multiplier: channels / inner[3])
    }
  }

  /// `FullyConnectedOptions`: fused_activation_function, weights_format.
  mutating func importFullyConnected(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let weights = try weights(of: site, rank: 2, channelAxis: 0)
    let options = try options(of: site)
    let format: Int8 = try options.integer(1)
    guard format == 0 else {
      throw ImportError.unsupported(
        site.description, found: "weights format \(format)", expected: "the plain format (0)",
        advice: "convert the model without shuffled weights")
    }
    let clamp = try clamp(0, of: options, output: y, at: site)
    try appendLayer(site, x, weights, y, channels: weights.shape[1], outputs: weights.shape[0], clamp) {
      .fullyConnected($0)
    }
  }

  private func convolutionWindow(
    _ site: Site, _ x: TensorID, _ y: TensorID, _ weights: Weights, dilationSlots: (width: Int, height: Int)
  ) throws -> Window {
    let options = try options(of: site)
    func int(_ slot: Int, _ standard: Int32) throws -> Int { Int(try options.integer(slot, default: standard)) }
    let (inner, outer) = (result[x].shape, result[y].shape)
    return try window(
      Axis(
        name: "height", kernel: weights.shape[1], stride: int(2, 0), dilation: int(dilationSlots.height, 1),
        input: inner[1], output: outer[1]),
      Axis(
        name: "width", kernel: weights.shape[2], stride: int(1, 0), dilation: int(dilationSlots.width, 1),
        input: inner[2], output: outer[2]),
      padding(0, of: options, at: site), at: site)
  }

  // MARK: Weights

  /// Constant int8 weights, symmetric, with one scale or one for each output channel.
  private mutating func weights(of site: Site, rank: Int, channelAxis: Int) throws -> Weights {
    let index = try operand(1, of: site)
    let tensor = try tensor(index, at: site.description)
    let location = "\(site.description), weights '\(tensor.name)'"
    let shape = try shape(of: tensor, at: location)
    guard shape.count == rank, !tensor.isSparse else {
      throw ImportError.unsupported(
        location, found: tensor.isSparse ? "sparse weights" : "shape \(shape)",
        expected: "dense weights with \(rank) dimensions",
        advice: "convert the model without sparsity, one plain layer at a time")
    }
    try expectInt8(tensor, at: location)
    let range = try constantBytes(of: tensor, elementBytes: 1, at: location)
    let scales = try weightScales(of: tensor, channels: shape[channelAxis], axis: channelAxis, at: location)
    storedBytes += 4 * scales.count  // each layer keeps its own; checked with the codes
    let id = try addConstant(
      index, tensor, shape: shape, element: .int8, range,
      Quantization(scales: scales, zeroPoint: 0, axis: scales.count > 1 ? channelAxis : nil), at: location)
    return Weights(id: id, shape: shape, scales: scales, file: fileTensor(tensor, range))
  }

  private func weightScales(of tensor: TFLiteTensor, channels: Int, axis: Int, at location: String) throws -> [Float] {
    let scales = try scales(of: tensor, at: location)
    guard scales.count == 1 || scales.count == channels else {
      throw ImportError.damaged(
        location, found: "\(scales.count) per-channel scales", expected: "\(channels) (one for each output channel)")
    }
    guard scales.count == 1 || tensor.quantizedDimension == axis else {
      throw ImportError.unsupported(
        location, found: "scales along dimension \(tensor.quantizedDimension)", expected: "dimension \(axis)",
        advice: "convert the model with a current converter")
    }
    guard try zeroPoints(of: tensor).allSatisfy({ $0 == 0 }) else {
      throw ImportError.unsupported(
        location, found: "a zero point that is not 0", expected: "symmetric weights",
        advice: "convert the model with a current converter")
    }
    return scales
  }

  /// The bias, or zeros where the model has none.
  private mutating func bias(
    of site: Site, channels: Int, weights: Weights, input: TensorID, output: TensorID
  ) throws -> (id: TensorID, file: FileTensor?) {
    guard let index = optionalOperand(2, of: site) else {
      return (zeroBias(channels: channels, for: output), nil)
    }
    let tensor = try tensor(index, at: site.description)
    let location = "\(site.description), bias '\(tensor.name)'"
    guard tensor.type == .int32 else {
      throw ImportError.unsupported(
        location, found: tensor.type.description, expected: "INT32", advice: "quantize the model to int8 throughout")
    }
    let range = try constantBytes(of: tensor, elementBytes: 4, at: location)
    guard range.count == 4 * channels else {
      throw ImportError.damaged(
        location, found: "\(range.count / 4) numbers", expected: "\(channels) (one for each output channel)")
    }
    try expectBiasScales(of: tensor, weights, input, output, at: location)
    let id = try addConstant(index, tensor, shape: [channels], element: .int32, range, nil, at: location)
    return (id, fileTensor(tensor, range))
  }

  /// One tensor of zeros for every channel count, so that few bytes of a file cannot ask for many here.
  private mutating func zeroBias(channels: Int, for output: TensorID) -> TensorID {
    if let known = zeroBiases[channels] { return known }
    let offset = result.store(repeatElement(0, count: 4 * channels))
    let name = unique("\(result[output].name)/zero_bias", index: result.tensors.count)
    let id = result.add(Tensor(name: name, shape: [channels], element: .int32, storage: .constant(offset: offset)))
    zeroBiases[channels] = id
    return id
  }

  /// One bias unit is one accumulator unit, up to the two hundredths of an output code that TFLite allows.
  ///
  /// `quantized_dimension` is not looked at: a bias has one dimension, and old converters wrote that of the weights.
  private func expectBiasScales(
    of tensor: TFLiteTensor, _ weights: Weights, _ x: TensorID, _ y: TensorID, at location: String
  ) throws {
    guard tensor.scales != nil else { return }
    let found = try scales(of: tensor, at: location)
    guard found.count == 1 || found.count == weights.scales.count else {
      throw ImportError.damaged(
        location, found: "\(found.count) scales", expected: "\(weights.scales.count), as many as the weights have")
    }
    for (channel, weightScale) in weights.scales.enumerated() {
      let expected = scale(of: x) * Double(weightScale)
      let scale = Double(found.count == 1 ? found[0] : found[channel])
      guard abs(scale - expected) <= 0.02 * self.scale(of: y) else {
        throw ImportError.damaged(
          location, found: "scale \(scale) at \(channel)",
          expected: "\(expected) (scale of the input times that of the weights)")
      }
    }
  }

  /// A constant of the graph for a tensor of the file: the same one each time it is asked for.
  mutating func addConstant(
    _ index: Int, _ tensor: TFLiteTensor, shape: [Int], element: ElementType, _ range: Range<Int>,
    _ quantization: Quantization?, at location: String
  ) throws -> TensorID {
    if let id = ids[index] {
      guard result[id].shape == shape, result[id].element == element, result[id].isConstant else {
        throw ImportError.damaged(location, found: "a tensor in two roles", expected: "one")
      }
      return id
    }
    let offset = try store(range, at: location)
    let id = result.add(
      Tensor(
        name: unique(tensor.name, index: index), shape: shape, element: element, storage: .constant(offset: offset),
        quantization: quantization))
    ids[index] = id
    return id
  }

  private func fileTensor(_ tensor: TFLiteTensor, _ range: Range<Int>) -> FileTensor {
    FileTensor(
      name: tensor.name, dataOffset: range.lowerBound, dataBytes: range.count, scaleOffset: tensor.scales?.start ?? 0,
      scaleCount: tensor.scales?.count ?? 0)
  }

  private mutating func appendLayer(
    _ site: Site, _ x: TensorID, _ weights: Weights, _ y: TensorID, channels: Int, outputs: Int, _ clamp: Clamp,
    _ kind: (Weighting) -> OperationKind
  ) throws {
    guard result[y].shape.last == outputs else {
      throw ImportError.damaged(
        site.description, found: "output \(result[y].shape)", expected: "\(outputs) channels, as the weights have")
    }
    for weightScale in weights.scales {
      let factor = scale(of: x) * Double(weightScale) / scale(of: y)
      try expectFactor(factor, below: 0x1p16, of: "one accumulator unit in output codes", at: site)
    }
    let bias = try bias(of: site, channels: outputs, weights: weights, input: x, output: y)
    let weighting = Weighting(
      clamp: clamp, weightScales: weights.scales, inputScale: Float(scale(of: x)), channels: channels)
    result.layers.append(Layer(name: result[y].name, weights: weights.file, bias: bias.file))
    append(kind(weighting), [x, weights.id, bias.id], y, layer: result.layers.count - 1)
  }
}
