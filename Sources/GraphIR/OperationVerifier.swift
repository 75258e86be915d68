/// Operand rules of one operation. See `OperationKind` for what each operand is.
struct OperationVerifier {
  let graph: Graph
  let operation: Operation

  private var kind: String {
    String(describing: operation.kind).prefix { $0 != "(" }.description
  }

  private func fail(_ what: String) -> GraphError {
    GraphError("\(kind) '\(operation.name)': \(what)")
  }

  private func input(_ index: Int) -> Tensor { graph[operation.inputs[index]] }
  private func output(_ index: Int) -> Tensor { graph[operation.outputs[index]] }

  private func expectCounts(inputs: Int, outputs: Int) throws {
    guard operation.inputs.count == inputs, operation.outputs.count == outputs else {
      throw fail("found \(operation.inputs.count) inputs and \(operation.outputs.count) outputs, expected \(inputs) and \(outputs)")
    }
  }

  private func expect(_ tensor: Tensor, _ element: ElementType) throws {
    guard tensor.element == element else {
      throw fail("'\(tensor.name)': found \(tensor.element.rawValue), expected \(element.rawValue)")
    }
  }

  private func expect(_ tensor: Tensor, shape: [Int]) throws {
    guard tensor.shape == shape else {
      throw fail("'\(tensor.name)': found shape \(tensor.shape), expected \(shape)")
    }
  }

  private func expectRank4(_ tensors: Tensor...) throws {
    for tensor in tensors where tensor.shape.count != 4 || tensor.shape[0] != 1 {
      throw fail("'\(tensor.name)': found shape \(tensor.shape), expected four dimensions with batch 1")
    }
  }

  private func expectQuantized(_ tensors: Tensor...) throws {
    for tensor in tensors {
      try expect(tensor, .int8)
      try expectOneScale(tensor.quantization, of: "'\(tensor.name)'")
    }
  }

  private func expectOneScale(_ quantization: Quantization?, of owner: String) throws {
    guard let quantization, quantization.scales.count == 1, quantization.scales[0] > 0,
      quantization.scales[0].isFinite, (-128...127).contains(quantization.zeroPoint)
    else { throw fail("\(owner): expected one positive scale and a zero point of -128 to 127") }
  }

  private func expectSameQuantization(_ x: Tensor, _ y: Tensor) throws {
    try expectQuantized(x, y)
    guard x.quantization == y.quantization else {
      throw fail("'\(x.name)' and '\(y.name)' must have the same scale and zero point")
    }
  }

  func verify() throws {
    switch operation.kind {
    case .conv2D(let window, let weighting): try verifyConv2D(window, weighting)
    case .depthwiseConv2D(let window, let weighting, let multiplier):
      try verifyDepthwise(window, weighting, multiplier)
    case .fullyConnected(let weighting): try verifyFullyConnected(weighting)
    case .add(let clamp), .subtract(let clamp), .multiply(let clamp): try verifyElementwise(clamp)
    case .lookup(let function): try verifyLookup(function)
    case .averagePool2D(let window, let clamp): try verifyAveragePool(window, clamp)
    case .maxPool2D(let window, let clamp): try verifyMaxPool(window, clamp)
    case .mean(let dimensions): try verifyMean(dimensions)
    case .pad(let before): try verifyPad(before)
    case .selectChannels(let channels): try verifySelectChannels(channels)
    case .selectErrorChannels(let channels): try verifySelectErrorChannels(channels)
    case .reshape: try verifyReshape()
    case .concatenate(let axis): try verifyConcatenate(axis)
    case .slice(let begin, let strides): try verifySlice(begin, strides)
    case .transpose(let permutation): try verifyTranspose(permutation)
    case .rescale: try verifyRescale()
    case .softmax(let beta): try verifySoftmax(beta)
    case .requantize(let scales, let clamp, _): try verifyRequantize(scales, clamp)
    case .clampMask(let clamp): try verifyClampMask(clamp)
    case .centerCodes: try verifyCenterCodes()
    case .softmaxCrossEntropy(let scales), .softCrossEntropy(let scales):
      try expectCounts(inputs: 1, outputs: 1)
      try verifyLoss(scales)
    case .meanSquaredError(let scales): try verifySquaredError(scales)
    case .conv2DBackwardInput(let window, let weighting): try verifyConv2DBackward(window, weighting)
    case .depthwiseConv2DBackwardInput(let window, let weighting, let multiplier):
      try verifyDepthwiseBackward(window, weighting, multiplier)
    case .fullyConnectedBackwardInput(let weighting): try verifyFullyConnectedBackward(weighting)
    case .averagePool2DBackward(let window): try verifyAveragePoolBackward(window)
    case .maxPool2DBackward(let window): try verifyMaxPoolBackward(window)
    case .broadcastBackward: try verifyBroadcastBackward()
    case .multiplyBackward: try verifyMultiplyBackward()
    case .lookupBackward(let function, let format): try verifyLookupBackward(function, format)
    case .sliceError(let begin, let strides): try verifySliceError(begin, strides)
    case .spreadError(let begin, let strides): try verifySpreadError(begin, strides)
    case .transposeError(let permutation): try verifyTransposeError(permutation)
    case .maskError: try verifyMaskError()
    case .sumErrors: try verifySumErrors()
    case .reshapeError: try verifyReshapeError()
    case .conv2DUpdateWeights(let window, let weighting, let rule): try verifyConv2DUpdate(window, weighting, rule)
    case .depthwiseConv2DUpdateWeights(let window, let weighting, let rule, let multiplier):
      try verifyDepthwiseUpdate(window, weighting, rule, multiplier)
    case .fullyConnectedUpdateWeights(let weighting, let rule): try verifyFullyConnectedUpdate(weighting, rule)
    case .updateBias(let weighting, let rule): try verifyBiasUpdate(weighting, rule)
    case .updateRanges: try expectCounts(inputs: 0, outputs: 0)
    }
  }

  // MARK: Forward

  private func verifyConv2D(_ window: Window, _ weighting: Weighting) throws {
    try verifyForward(weighting)
    try expectRank4(output(0))
    try verifyConvolution(
      window, weighting, x: input(0), y: output(0), weights: 1, rows: output(0).shape[3], channelsOfX: weighting.channels)
  }

  private func verifyDepthwise(_ window: Window, _ weighting: Weighting, _ multiplier: Int) throws {
    try verifyForward(weighting)
    try expectDepthwise(weighting, multiplier, y: output(0))
    try verifyConvolution(
      window, weighting, x: input(0), y: output(0), weights: 1, rows: 1, channelsOfX: weighting.channels / multiplier)
  }

  private func verifyFullyConnected(_ weighting: Weighting) throws {
    try verifyForward(weighting)
    try verifyDense(weighting, x: input(0), y: output(0), weights: 1)
  }

  private func verifyElementwise(_ clamp: Clamp) throws {
    try expectCounts(inputs: 2, outputs: 1)
    try expectQuantized(input(0), input(1), output(0))
    try expectBroadcast(input(0), input(1), output(0))
    try verify(clamp)
  }

  private func verifyLookup(_ function: UnaryFunction) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectQuantized(input(0), output(0))
    try expect(input(0), shape: output(0).shape)
    try verify(function)
  }

  private func verifyAveragePool(_ window: Window, _ clamp: Clamp) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectQuantized(input(0), output(0))
    try verifyPool(window, x: input(0), y: output(0))
    try verify(clamp)
  }

  private func verifyMaxPool(_ window: Window, _ clamp: Clamp) throws {
    try expectCounts(inputs: 1, outputs: operation.outputs.count == 2 ? 2 : 1)
    try expectQuantized(input(0), output(0))
    try verifyPool(window, x: input(0), y: output(0))
    try verify(clamp)
    guard operation.outputs.count == 2 else { return }
    try expect(output(1), .uint8)
    try expect(output(1), shape: output(0).shape)
    guard window.kernelHeight * window.kernelWidth <= 256 else {
      throw fail("a window of \(window.kernelHeight)x\(window.kernelWidth) has more than 256 cells")
    }
  }

  private func verifyMean(_ dimensions: Range<Int>) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectQuantized(input(0), output(0))
    guard dimensions.lowerBound >= 0, dimensions.upperBound <= input(0).shape.count else {
      throw fail("found a mean over dimensions \(dimensions) of \(input(0).shape)")
    }
    let reduction = Reduction(shape: input(0).shape, dimensions: dimensions)
    guard reduction.count <= 1 << 23 else {
      throw fail("found a mean over \(reduction.count) elements, expected at most 2^23, with which the sum stays in int32")
    }
    guard output(0).elementCount == reduction.outer * reduction.inner else {
      throw fail("'\(output(0).name)': found shape \(output(0).shape), expected \(reduction.outer * reduction.inner) means")
    }
  }

  private func verifyPad(_ before: [Int]) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectSameQuantization(input(0), output(0))
    let ones = Array(repeating: 1, count: before.count)
    try verifySlice(before, ones, inner: input(0), outer: output(0))
  }

  private func verifySelectChannels(_ channels: [Int]) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectSameQuantization(input(0), output(0))
    try verifySelection(channels)
  }

  private func verifyReshape() throws {
    try expectCounts(inputs: 1, outputs: 1)
    guard input(0).element == output(0).element else { throw fail("found \(input(0).element.rawValue), expected \(output(0).element.rawValue)") }
    try expectEqualCount(input(0), output(0))
  }

  private func verifyConcatenate(_ axis: Int) throws {
    guard !operation.inputs.isEmpty, operation.outputs.count == 1, output(0).shape.indices.contains(axis) else {
      throw fail("found axis \(axis), \(operation.inputs.count) inputs and \(operation.outputs.count) outputs")
    }
    var expected = output(0).shape
    expected[axis] = 0
    for index in operation.inputs.indices {
      try expectSameQuantization(input(index), output(0))
      guard input(index).shape.count == expected.count else {
        throw fail("'\(input(index).name)': found shape \(input(index).shape) for an output \(output(0).shape)")
      }
      expected[axis] += input(index).shape[axis]
      var slice = output(0).shape
      slice[axis] = input(index).shape[axis]
      try expect(input(index), shape: slice)
    }
    try expect(output(0), shape: expected)
  }

  private func verifySlice(_ begin: [Int], _ strides: [Int]) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectSameQuantization(input(0), output(0))
    try verifySlice(begin, strides, inner: output(0), outer: input(0))
  }

  private func verifyTranspose(_ permutation: [Int]) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectSameQuantization(input(0), output(0))
    try verifyPermutation(permutation)
  }

  private func verifyRescale() throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectQuantized(input(0), output(0))
    try expect(input(0), shape: output(0).shape)
  }

  private func verifySoftmax(_ beta: Float) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectQuantized(input(0), output(0))
    try expect(input(0), shape: output(0).shape)
    guard beta.isFinite, beta > 0 else { throw fail("found beta \(beta), expected a positive number") }
  }

  private func verifyRequantize(_ scales: [Double], _ clamp: Clamp) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expect(input(0), .int32)
    try expectQuantized(output(0))
    try expect(input(0), shape: output(0).shape)
    try expectScales(scales, channels: output(0).shape.last ?? 1)
    try verify(clamp)
  }

  private func verifyClampMask(_ clamp: Clamp) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expect(input(0), .int8)
    try expect(output(0), .bit)
    try expect(output(0), shape: input(0).shape)
    try verify(clamp)
  }

  private func verifyCenterCodes() throws {
    try expectCounts(inputs: 1, outputs: 1)
    try expectQuantized(input(0))
    try expect(output(0), .int32)
    try expect(input(0), shape: output(0).shape)
  }

  private func verifySquaredError(_ scales: SquaredErrorScales) throws {
    try expectCounts(inputs: operation.inputs.count == 2 ? 2 : 1, outputs: 1)
    try verifyLoss(scales.outputScales)
    guard scales.codeScale.isFinite, scales.codeScale > 0, (-128...127).contains(scales.codeZeroPoint) else {
      throw fail("found output scale \(scales.codeScale), zero point \(scales.codeZeroPoint), expected a positive scale, -128 to 127")
    }
    guard operation.inputs.count == 2 else { return }
    try expectQuantized(input(1))
    try expectEqualCount(input(0), input(1))
  }

  private func verifyLoss(_ scales: [Double]) throws {
    guard input(0).elementCount <= 65_535 else {
      throw fail("found \(input(0).elementCount) outputs, expected at most 65,535")
    }
    try expect(input(0), .int32)
    try expect(output(0), .int16)
    try expect(output(0), shape: input(0).shape)
    try expectScales(scales, channels: input(0).shape.last ?? 1)
  }

  // MARK: Backward

  private func verifyConv2DBackward(_ window: Window, _ weighting: Weighting) throws {
    try verifyBackward(weighting)
    try expectRank4(input(0))
    try verifyConvolution(
      window, weighting, x: output(0), y: input(0), weights: 1, rows: input(0).shape[3], channelsOfX: weighting.channels)
  }

  private func verifyDepthwiseBackward(_ window: Window, _ weighting: Weighting, _ multiplier: Int) throws {
    try verifyBackward(weighting)
    try expectDepthwise(weighting, multiplier, y: input(0))
    try verifyConvolution(
      window, weighting, x: output(0), y: input(0), weights: 1, rows: 1, channelsOfX: weighting.channels / multiplier)
  }

  private func verifyFullyConnectedBackward(_ weighting: Weighting) throws {
    try verifyBackward(weighting)
    try verifyDense(weighting, x: output(0), y: input(0), weights: 1)
  }

  private func verifyAveragePoolBackward(_ window: Window) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: false)
    try verifyPool(window, x: output(0), y: input(0))
  }

  private func verifyMaxPoolBackward(_ window: Window) throws {
    try expectCounts(inputs: 2, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: false)
    try expect(input(1), .uint8)
    try expect(input(1), shape: input(0).shape)
    try verifyPool(window, x: output(0), y: input(0))
  }

  private func verifySliceError(_ begin: [Int], _ strides: [Int]) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: true)
    try verifySlice(begin, strides, inner: output(0), outer: input(0))
  }

  private func verifySpreadError(_ begin: [Int], _ strides: [Int]) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: true)
    try verifySlice(begin, strides, inner: input(0), outer: output(0))
  }

  private func verifyTransposeError(_ permutation: [Int]) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: true)
    try verifyPermutation(permutation)
  }

  private func verifySelectErrorChannels(_ channels: [Int]) throws {
    try expectCounts(inputs: 1, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: true)
    try verifySelection(channels)
  }

  private func verifyBroadcastBackward() throws {
    try expectCounts(inputs: 1, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: false)
    try expectBroadcast(output(0), input(0), input(0))
  }

  private func verifyMultiplyBackward() throws {
    try expectCounts(inputs: 2, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: false)
    try expectQuantized(input(1))
    try expectBroadcast(output(0), input(1), input(0))
  }

  private func verifyLookupBackward(_ function: UnaryFunction, _ format: Quantization) throws {
    try expectCounts(inputs: 2, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: false)
    try expectQuantized(input(1))
    try expect(input(1), shape: input(0).shape)
    try expect(output(0), shape: input(0).shape)
    try expectOneScale(format, of: "the function's output")
    try verify(function)
  }

  private func verifyMaskError() throws {
    try expectCounts(inputs: 2, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: true)
    try expect(input(1), .bit)
    try expect(input(1), shape: input(0).shape)
    try expect(output(0), shape: input(0).shape)
  }

  private func verifySumErrors() throws {
    try expectCounts(inputs: 2, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: false)
    try verifyErrors(input(1), output(0), sharedRange: false)
    try expect(input(0), shape: output(0).shape)
    try expect(input(1), shape: output(0).shape)
  }

  private func verifyReshapeError() throws {
    try expectCounts(inputs: 1, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: true)
    try expectEqualCount(input(0), output(0))
  }

  // MARK: Update

  private func verifyConv2DUpdate(_ window: Window, _ weighting: Weighting, _ rule: UpdateRule) throws {
    try verifyUpdate(weighting, rule)
    try expectRank4(input(1))
    try verifyConvolution(
      window, weighting, x: input(0), y: input(1), weights: nil, rows: input(1).shape[3],
      channelsOfX: savedChannels(weighting, found: input(0).shape.last))
  }

  private func verifyDepthwiseUpdate(
    _ window: Window, _ weighting: Weighting, _ rule: UpdateRule, _ multiplier: Int
  ) throws {
    try verifyUpdate(weighting, rule)
    try expectDepthwise(weighting, multiplier, y: input(1))
    try verifyConvolution(
      window, weighting, x: input(0), y: input(1), weights: nil, rows: 1,
      channelsOfX: savedChannels(weighting, found: input(0).shape.last.map { $0 * multiplier }) / multiplier)
  }

  private func verifyFullyConnectedUpdate(_ weighting: Weighting, _ rule: UpdateRule) throws {
    try verifyUpdate(weighting, rule)
    let rows = input(1).elementCount / (input(1).shape.last ?? 1)
    try verifyDense(
      weighting, x: input(0), y: input(1), weights: nil,
      channelsOfX: savedChannels(weighting, found: input(0).elementCount / max(rows, 1)))
  }

  /// Channels of a kept input: the trained ones where no others were kept.
  private func savedChannels(_ weighting: Weighting, found: Int?) -> Int {
    found == weighting.trainedChannels ? weighting.trainedChannels : weighting.channels
  }

  private func verifyBiasUpdate(_ weighting: Weighting, _ rule: UpdateRule) throws {
    try expectCounts(inputs: rule.hasVelocity ? 3 : 2, outputs: 0)
    if rule.hasVelocity { try expectPlane(2, .velocity, .int32, beside: 1) }
    try expect(input(0), .int16)
    try expect(input(1), .int32)
    guard case .state(.bias, _) = input(1).storage else { throw fail("'\(input(1).name)' is no trained bias") }
    try expect(input(1), shape: [input(0).shape.last ?? 1])
    try expectScales(weighting.weightScales.map(Double.init), channels: input(1).elementCount)
    try verifyScales(weighting)
  }

  // MARK: Parts

  private func verify(_ clamp: Clamp) throws {
    guard clamp.minimum >= -128, clamp.maximum <= 127, clamp.minimum <= clamp.maximum else {
      throw fail("found a clamp to \(clamp.minimum)...\(clamp.maximum), expected a range within -128...127")
    }
  }

  private func verify(_ function: UnaryFunction) throws {
    switch function {
    case .clamp(let clamp): try verify(clamp)
    case .leakyRelu(let alpha):
      guard alpha.isFinite, alpha >= 0 else { throw fail("found alpha \(alpha), expected a number from 0 on") }
    case .hardSwish, .logistic, .tanh: break
    }
  }

  private func verify(_ window: Window) throws {
    let positive = [
      window.kernelHeight, window.kernelWidth, window.strideHeight, window.strideWidth,
      window.dilationHeight, window.dilationWidth,
    ]
    guard positive.allSatisfy({ $0 >= 1 && $0 <= 1 << 16 }), window.padTop >= 0, window.padLeft >= 0,
      window.padTop < 1 << 15, window.padLeft < 1 << 15
    else { throw fail("found the window \(window), expected kernel, stride and dilation of 1 to 65536") }
  }

  private func expectScales(_ scales: [Double], channels: Int) throws {
    guard scales.count == 1 || scales.count == channels else {
      throw fail("per-channel scales: found \(scales.count), expected \(channels) (one for each output channel)")
    }
    for scale in scales where !(scale > 0 && scale.isFinite) {
      throw fail("found scale \(scale), expected a positive number")
    }
  }

  private func expectBroadcast(_ a: Tensor, _ b: Tensor, _ y: Tensor) throws {
    guard Broadcast(a.shape, b.shape, output: y.shape) != nil else {
      throw fail("found shapes \(a.shape) and \(b.shape), expected two that are repeated to \(y.shape) in at most \(Broadcast.rank) runs of dimensions")
    }
  }

  private func expectEqualCount(_ first: Tensor, _ second: Tensor) throws {
    guard first.elementCount == second.elementCount else {
      throw fail("found \(first.shape), expected as many elements as \(second.shape)")
    }
  }

  private func verifyForward(_ weighting: Weighting) throws {
    try verifyScales(weighting)
    try expectCounts(inputs: 2 + weighting.planeCount, outputs: 1)
    try expectQuantized(input(0))
    if output(0).element != .int32 { try expectQuantized(output(0)) }
    let bias = input(1 + weighting.planeCount)
    try expect(bias, .int32)
    try expect(bias, shape: [output(0).shape.last ?? 1])
    guard !bias.isValue else { throw fail("the bias '\(bias.name)' is computed; only constant biases are supported") }
    try verify(weighting.clamp)
    try expectScales(weighting.weightScales.map(Double.init), channels: output(0).shape.last ?? 1)
  }

  /// What a layer hands to its input.
  private func verifyBackward(_ weighting: Weighting) throws {
    try verifyScales(weighting)
    try expectCounts(inputs: 1 + weighting.planeCount, outputs: 1)
    try verifyErrors(input(0), output(0), sharedRange: false)
    try expectScales(weighting.weightScales.map(Double.init), channels: input(0).shape.last ?? 1)
  }

  private func verifyScales(_ weighting: Weighting) throws {
    guard weighting.inputScale.isFinite, weighting.inputScale > 0, !weighting.weightScales.isEmpty else {
      throw fail("found input scale \(weighting.inputScale), expected a positive number")
    }
    guard weighting.channels >= 1, (0...weighting.channels).contains(weighting.trainedChannels),
      (0...24).contains(weighting.biasFractionBits)
    else {
      throw fail("found \(weighting.trainedChannels) trained of \(weighting.channels) channels, \(weighting.biasFractionBits) fraction bits")
    }
  }

  private func verifyErrors(_ first: Tensor, _ second: Tensor, sharedRange: Bool) throws {
    try expect(first, .int16)
    try expect(second, .int16)
    guard (first.errorRange == second.errorRange) == sharedRange else {
      throw fail("'\(first.name)' and '\(second.name)' must \(sharedRange ? "" : "not ")share their error range")
    }
  }

  private func expectPlane(_ index: Int, _ kind: Tensor.StateKind, _ element: ElementType, beside other: Int) throws {
    guard case .state(kind, _) = input(index).storage else {
      throw fail("'\(input(index).name)' is no \(kind.rawValue) plane of the training state")
    }
    try expect(input(index), element)
    try expect(input(index), shape: input(other).shape)
  }

  private func verifyUpdate(_ weighting: Weighting, _ rule: UpdateRule) throws {
    guard rule.storage == .residual || !rule.hasVelocity else {
      throw fail("found a velocity with \(rule.storage.rawValue) rounding, expected one beside residual planes only")
    }
    let extra: [(Tensor.StateKind, ElementType)] =
      (rule.storage == .residual ? [(.residual, .int8)] : []) + (rule.hasVelocity ? [(.velocity, .int32)] : [])
    try expectCounts(inputs: 3 + extra.count, outputs: 0)
    try expectQuantized(input(0))
    try expect(input(1), .int16)
    try expectPlane(2, .weight, .int8, beside: 2)
    for (index, plane) in extra.enumerated() { try expectPlane(3 + index, plane.0, plane.1, beside: 2) }
    try expectScales(weighting.weightScales.map(Double.init), channels: input(1).shape.last ?? 1)
    try verifyScales(weighting)
  }

  private func expectDepthwise(_ weighting: Weighting, _ multiplier: Int, y: Tensor) throws {
    try expectRank4(y)
    guard multiplier >= 1, weighting.channels % multiplier == 0, y.shape[3] == weighting.channels else {
      throw fail("found \(y.shape[3]) output channels and multiplier \(multiplier), expected \(weighting.channels) channels, a multiple of it")
    }
  }

  /// Shapes of x, y and of each weight plane, and that every output cell's window touches the map.
  private func verifyConvolution(
    _ window: Window, _ weighting: Weighting, x: Tensor, y: Tensor, weights first: Int?, rows: Int, channelsOfX: Int
  ) throws {
    try verify(window)
    try expectRank4(x, y)
    guard x.shape[3] == channelsOfX else {
      throw fail("'\(x.name)': found \(x.shape[3]) channels, expected \(channelsOfX)")
    }
    try verifyExtents(window, x: x, y: y)
    func shape(_ channels: Int) -> [Int] { [rows, window.kernelHeight, window.kernelWidth, channels] }
    try verifyPlanes(weighting, weights: first, shape: shape)
  }

  private func verifyDense(
    _ weighting: Weighting, x: Tensor, y: Tensor, weights first: Int?, channelsOfX: Int? = nil
  ) throws {
    let channels = channelsOfX ?? weighting.channels
    guard y.shape.count >= 1, let outputs = y.shape.last, x.elementCount % channels == 0,
      x.elementCount / channels == y.elementCount / outputs
    else {
      throw fail("found shapes \(x.shape) and \(y.shape), expected rows of \(channels) elements in, as many rows out")
    }
    try verifyPlanes(weighting, weights: first) { [outputs, $0] }
  }

  private func verifyPlanes(_ weighting: Weighting, weights first: Int?, shape: (Int) -> [Int]) throws {
    guard let first else {
      try expect(input(2), shape: shape(weighting.trainedChannels))
      return
    }
    let planes = weighting.planes(operation.inputs, after: first)
    if let trained = planes.trained {
      try expect(graph[trained], .int8)
      try expect(graph[trained], shape: shape(weighting.trainedChannels))
      guard case .state(.weight, _) = graph[trained].storage else { throw fail("'\(graph[trained].name)' is no trained weight") }
    }
    if let frozen = planes.frozen {
      try expect(graph[frozen], .int8)
      try expect(graph[frozen], shape: shape(weighting.channels - weighting.trainedChannels))
      guard graph[frozen].isConstant else { throw fail("the weights '\(graph[frozen].name)' are no constant; only constant weights are supported") }
    }
  }

  private func verifyPool(_ window: Window, x: Tensor, y: Tensor) throws {
    try verify(window)
    try expectRank4(x, y)
    guard x.shape[3] == y.shape[3] else {
      throw fail("found \(x.shape[3]) channels in and \(y.shape[3]) out, expected as many")
    }
    try verifyExtents(window, x: x, y: y)
  }

  /// The first and the last window along each axis hold at least one cell of the map.
  private func verifyExtents(_ window: Window, x: Tensor, y: Tensor) throws {
    let axes = [
      ("height", x.shape[1], y.shape[1], window.kernelHeight, window.strideHeight, window.dilationHeight, window.padTop),
      ("width", x.shape[2], y.shape[2], window.kernelWidth, window.strideWidth, window.dilationWidth, window.padLeft),
    ]
    for (axis, inputExtent, outputExtent, kernel, stride, dilation, pad) in axes {
      let firstEnd = (kernel - 1) * dilation - pad
      let lastStart = (outputExtent - 1) * stride - pad
      guard firstEnd >= 0, lastStart < inputExtent else {
        throw fail("\(axis): a window of \(kernel) with stride \(stride) and padding \(pad) on \(inputExtent) cells does not make \(outputExtent) outputs")
      }
    }
  }

  /// y's last dimension has one element for each of `channels`, all of them channels of x; the others are x's.
  private func verifySelection(_ channels: [Int]) throws {
    let (x, y) = (input(0), output(0))
    guard let count = x.shape.last, !channels.isEmpty, channels.allSatisfy({ (0..<count).contains($0) }) else {
      throw fail("'\(x.name)': found shape \(x.shape), expected channels up to \(channels.max() ?? 0)")
    }
    try expect(y, shape: x.shape.dropLast() + [channels.count])
  }

  /// inner[q] = outer[begin + q·strides] stays within the outer tensor.
  private func verifySlice(_ begin: [Int], _ strides: [Int], inner: Tensor, outer: Tensor) throws {
    let rank = inner.shape.count
    guard outer.shape.count == rank, begin.count == rank, strides.count == rank,
      (0..<rank).allSatisfy({ dimension in
        let (first, step) = (begin[dimension], strides[dimension])
        return (0..<outer.shape[dimension]).contains(first) && (1...1 << 24).contains(step)
          && first + (inner.shape[dimension] - 1) * step < outer.shape[dimension]
      }), StridedCopy.slice(of: outer.shape, inner: inner.shape, begin: begin, strides: strides) != nil
    else {
      throw fail(
        "found shapes \(inner.shape) within \(outer.shape) at \(begin) with strides \(strides), expected the inner to fit, in at most four dimensions that matter"
      )
    }
  }

  private func verifyPermutation(_ permutation: [Int]) throws {
    let shape = input(0).shape
    guard permutation.sorted() == Array(shape.indices) else {
      throw fail("found the permutation \(permutation) of \(shape.count) dimensions")
    }
    try expect(output(0), shape: permutation.map { shape[$0] })
    guard StridedCopy.transpose(of: shape, permutation: permutation) != nil else {
      throw fail("found the permutation \(permutation) of \(shape), expected at most four dimensions that move")
    }
  }
}
