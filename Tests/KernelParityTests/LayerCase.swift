import GraphIR

/// One layer with weights, its operands and its errors, drawn from a seed.
struct LayerCase {
  enum Kind: CaseIterable { case convolution, depthwise, dense }

  /// What a graph of this case runs.
  enum Action: CaseIterable { case codes, codesByRows, accumulators, backwardInput, updateWeights, updateBias }

  let kind: Kind
  let window: Window
  let multiplier: Int
  /// (1, H, W, C) of the input and of the output.
  private(set) var input: [Int]
  private(set) var output: [Int]
  var weighting: Weighting
  var x: [Int8]
  var xZeroPoint: Int32
  let yScale: Float
  let yZeroPoint: Int32
  let trained: [Int8]
  let frozen: [Int8]
  let residual: [Int8]
  /// Of the trained plane, and of the bias.
  let velocity: [Int32]
  let biasVelocity: [Int32]
  private(set) var rule: UpdateRule
  let bias: [Int32]
  let bits: Int
  private(set) var dy: [Int16]
  let dyExponent: Int
  let dxExponent: Int

  init(kind: Kind, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let window = kind == .dense ? Window(kernelHeight: 1, kernelWidth: 1) : random.window()
    let extents = (0..<2).map { _ in kind == .dense ? 1 : random.int(1...7) }
    self.init(kind: kind, window: window, map: extents, cells: nil, random: &random)
  }

  /// Large enough for every block and every part of a map that a kernel takes at a time.
  init(wide kind: Kind, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let isPointwise = kind == .dense || random.oneIn(2)
    let window = isPointwise ? Window(kernelHeight: 1, kernelWidth: 1) : random.window(dilated: false)
    let extents = (0..<2).map { _ in random.int(3...17) }
    let channels = (0..<2).map { _ in [3, 4, 8, 12, 17, 20, 32, 40][random.int(0...7)] }
    self.init(
      kind: kind, window: window, map: extents, cells: isPointwise ? extents : nil, random: &random,
      channels: kind == .dense ? [channels[0] * random.int(1...9), channels[1]] : channels)
    guard random.oneIn(2) else { return }
    // Inputs as they come from an activation: none is below the zero point, many are at it.
    xZeroPoint = -128
    x = x.map { $0 < 0 && random.oneIn(2) ? -128 : $0 }
  }

  /// A dense layer over one row, whose residuals take each step as it is: the update's quick ways.
  init(oneRow seed: UInt64) {
    self.init(wide: .dense, seed: seed)
    (input[0], output[0]) = (1, 1)
    (x, dy) = (Array(x.prefix(input[1])), Array(dy.prefix(output[1])))
    rule = UpdateRule(storage: .residual, hasVelocity: false, scaling: rule.scaling)
  }

  /// `cells`: height and width of the output; drawn when nil. `channels`: of input and output.
  init(
    kind: Kind, window: Window, map: [Int], cells: [Int]?, random: inout SplitMix64, channels extent: [Int]? = nil
  ) {
    self.kind = kind
    self.window = window
    multiplier = kind == .depthwise ? random.int(1...3) : 1
    let inputChannels = extent?[0] ?? random.int(1...(random.oneIn(4) ? 17 : 9))
    let outputChannels = kind == .depthwise ? inputChannels * multiplier : extent?[1] ?? random.int(1...9)
    let rows = kind == .dense ? random.int(1...3) : 1
    input = kind == .dense ? [rows, inputChannels] : [1, map[0], map[1], inputChannels]
    let cells = cells ?? random.cells(window, map: map)
    output = kind == .dense ? [rows, outputChannels] : [1, cells[0], cells[1], outputChannels]
    let channels = kind == .depthwise ? outputChannels : inputChannels
    let trainedChannels = [0, channels, random.int(0...channels)][random.int(0...2)]
    weighting = random.weighting(channels: channels, outputs: outputChannels, trained: trainedChannels)
    let rowCount =
      switch kind {
      case .convolution: outputChannels * window.kernelHeight * window.kernelWidth
      case .depthwise: window.kernelHeight * window.kernelWidth
      case .dense: outputChannels
      }
    x = random.codes(input.reduce(1, *))
    xZeroPoint = Int32(random.int8())
    yScale = random.scale(-9, random.oneIn(3) ? -9 : 2)
    yZeroPoint = Int32(random.int8())
    trained = random.weights(rowCount * trainedChannels)
    frozen = random.weights(rowCount * (channels - trainedChannels))
    residual = random.codes(rowCount * trainedChannels)
    let extremeBias = random.oneIn(4)
    bias = (0..<outputChannels).map { _ in
      extremeBias ? random.int32() : Int32(random.int(-20000...20000))
    }
    bits = random.int(4...15)
    dy = random.mantissas(output.reduce(1, *), bits: bits)
    dyExponent = random.int(-40...10)
    dxExponent = dyExponent + random.int(-20...6)
    rule = random.updateRule()
    velocity = random.velocities(rowCount * trainedChannels)
    biasVelocity = random.velocities(outputChannels)
  }

  /// Planes in order, as tensors of `builder`.
  private func planes(_ builder: inout GraphBuilder) -> [TensorID] {
    func shape(_ channels: Int) -> [Int] {
      let taps = [window.kernelHeight, window.kernelWidth]
      return switch kind {
      case .convolution: [output[3]] + taps + [channels]
      case .depthwise: [1] + taps + [channels]
      case .dense: [output[1], channels]
      }
    }
    let count = weighting.trainedChannels
    var planes: [TensorID] = []
    if count > 0 { planes.append(builder.codes("trained", shape(count), trained, state: .weight)) }
    if count < weighting.channels {
      planes.append(builder.codes("frozen", shape(weighting.channels - count), frozen))
    }
    return planes
  }

  /// A graph of one operation on this case. Ranges: 0 of dy, 1 of dx.
  func graph(_ action: Action) -> Graph {
    var builder = GraphBuilder()
    let dyRange = builder.range(bits: bits, exponent: dyExponent)
    let dxRange = builder.range(bits: 15, exponent: dxExponent)
    let x = builder.codes("x", input, self.x, scale: weighting.inputScale, zeroPoint: xZeroPoint)
    let planes = planes(&builder)
    let dy = builder.errors("dy", output, self.dy, range: dyRange)
    let trainedBias = action == .updateBias || weighting.biasFractionBits > 0
    let bias = builder.integers("bias", [output[output.count - 1]], self.bias, state: trainedBias ? .bias : nil)
    switch action {
    case .codes, .codesByRows:
      let y = builder.value("y", output, .int8, scale: yScale, zeroPoint: yZeroPoint)
      builder.run(forward, [x] + planes + [bias], [y])
    case .accumulators:
      builder.run(forward, [x] + planes + [bias], [builder.value("y", output, .int32)])
    case .backwardInput:
      let dx = builder.value("dx", input, .int16, range: dxRange)
      builder.run(backwardInput, [dy] + planes, [dx])
    case .updateWeights:
      guard weighting.trainedChannels > 0, let weight = planes.first else { return builder.graph }
      let shape = builder.graph[weight].shape
      var operands = [x, dy, weight]
      if rule.storage == .residual {
        operands.append(builder.codes("residual", shape, residual, state: .residual))
      }
      if rule.hasVelocity { operands.append(builder.integers("velocity", shape, velocity, state: .velocity)) }
      builder.run(updateWeights, operands)
    case .updateBias:
      let shape = builder.graph[bias].shape
      let velocity = rule.hasVelocity ? [builder.integers("velocity", shape, biasVelocity, state: .velocity)] : []
      builder.run(.updateBias(weighting, rule), [dy, bias] + velocity)
    }
    return builder.graph
  }

  private var forward: OperationKind {
    switch kind {
    case .convolution: .conv2D(window, weighting)
    case .depthwise: .depthwiseConv2D(window, weighting, multiplier: multiplier)
    case .dense: .fullyConnected(weighting)
    }
  }

  private var backwardInput: OperationKind {
    switch kind {
    case .convolution: .conv2DBackwardInput(window, weighting)
    case .depthwise: .depthwiseConv2DBackwardInput(window, weighting, multiplier: multiplier)
    case .dense: .fullyConnectedBackwardInput(weighting)
    }
  }

  private var updateWeights: OperationKind {
    switch kind {
    case .convolution: .conv2DUpdateWeights(window, weighting, rule)
    case .depthwise: .depthwiseConv2DUpdateWeights(window, weighting, rule, multiplier: multiplier)
    case .dense: .fullyConnectedUpdateWeights(weighting, rule)
    }
  }
}

extension SplitMix64 {
  mutating func window(dilated: Bool = true, largest: Int = 4) -> Window {
    let kernel = (int(1...largest), int(1...largest))
    let dilation = dilated && oneIn(3) ? (int(1...3), int(1...3)) : (1, 1)
    return Window(
      kernelHeight: kernel.0, kernelWidth: kernel.1, strideHeight: int(1...3), strideWidth: int(1...3),
      dilationHeight: dilation.0, dilationWidth: dilation.1,
      padTop: int(0...(kernel.0 - 1) * dilation.0), padLeft: int(0...(kernel.1 - 1) * dilation.1))
  }

  /// An output size whose last windows still touch the map.
  mutating func cells(_ window: Window, map: [Int]) -> [Int] {
    [
      int(1...(map[0] - 1 + window.padTop) / window.strideHeight + 1),
      int(1...(map[1] - 1 + window.padLeft) / window.strideWidth + 1),
    ]
  }

  /// Scales for each channel or for all, some of them of dead channels, some that make left shifts.
  fileprivate mutating func weighting(channels: Int, outputs: Int, trained: Int) -> Weighting {
    let high = oneIn(5) ? 3 : -5
    let scales = (0..<(oneIn(3) ? 1 : outputs)).map { _ in oneIn(7) ? scale(-60, -40) : scale(-10, high) }
    let minimum = Int32(int8(-128...0))
    return Weighting(
      clamp: oneIn(2) ? Clamp() : Clamp(minimum: minimum, maximum: minimum + Int32(int(0...120))),
      weightScales: scales, inputScale: scale(-10, 1), channels: channels, trainedChannels: trained,
      biasFractionBits: oneIn(2) ? 0 : int(1...16))
  }

  fileprivate mutating func updateRule() -> UpdateRule {
    let storage = oneIn(2) ? WeightStorage.residual : WeightStorage.allCases[int(1...2)]
    return UpdateRule(
      storage: storage, hasVelocity: storage == .residual && oneIn(2),
      scaling: oneIn(4) ? .none : .quantizationAware)
  }

  /// Some at rest, some at the end of their range.
  fileprivate mutating func velocities(_ count: Int) -> [Int32] {
    (0..<count).map { _ in
      oneIn(3) ? int32() : oneIn(9) ? [0, .max, .min][int(0...2)] : Int32(int(-100_000...100_000))
    }
  }

  mutating func rate() -> (mantissa: UInt32, shift: UInt32) {
    (oneIn(10) ? 0 : UInt32(int(1 << 30...(1 << 31) - 1)), UInt32(int(20...60)))
  }
}
