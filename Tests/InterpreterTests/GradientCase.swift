import GraphIR
import Interpreter

/// A forward operation followed by its gradients, on random operands: L = Σ dy · y, or the loss itself.
///
/// Every tensor is drawn from one seeded generator. Ranges: 0 of dy, 1 of dx.
struct GradientCase: CustomStringConvertible {
  /// A variable of L and where the graph leaves dL/dvariable.
  enum Gradient {
    /// An error tensor.
    case errors(of: TensorID, in: TensorID)
    /// The update of a trained parameter by operation `by`.
    case update(of: TensorID, by: Int)
  }

  let description: String
  private(set) var graph: Graph
  private(set) var gradients: [Gradient] = []
  /// Of losses; another operation does not look at it.
  private(set) var target = StepTarget(label: 3)
  private var random: FixedRandom

  private init(_ description: String) {
    self.description = description
    graph = Graph(
      name: description, tensors: [], operations: [], input: TensorID(0), output: TensorID(0),
      layers: [], data: [])
    random = FixedRandom(state: 12345)
    graph.errorRanges = [
      ErrorRange(name: "dy", bits: 12, initialExponent: -12, adapts: true),
      ErrorRange(name: "dx", bits: 15, initialExponent: -12, adapts: true),
    ]
  }

  static let all: [GradientCase] = [
    .layer(
      "convolution 3x3, stride 2, uneven padding", Self.conv(3, stride: 2, pad: 0), map: 6, inputs: 5, outputs: 4,
      trained: 2),
    .layer(
      "convolution 3x3, dilated", Self.conv(3, stride: 1, dilation: 2, pad: 2), map: 5, inputs: 3, outputs: 4,
      trained: 3),
    .layer(
      "convolution 1x1, clamped", Self.conv(1, stride: 1, pad: 0), map: 4, inputs: 6, outputs: 5, trained: 4,
      clamp: Clamp(minimum: 0, maximum: 40)),
    .layer("depthwise 3x3", Self.conv(3, stride: 1, pad: 1), map: 5, inputs: 6, outputs: 6, trained: 6, multiplier: 1),
    .layer(
      "depthwise 3x3, multiplier 2, stride 2", Self.conv(3, stride: 2, pad: 1), map: 5, inputs: 3, outputs: 6,
      trained: 4, multiplier: 2),
    .layer(
      "depthwise 3x3, multiplier 3, dilated", Self.conv(3, stride: 1, dilation: 2, pad: 2), map: 6, inputs: 2, outputs: 6,
      trained: 5, multiplier: 3),
    .layer(
      "convolution 3x1, stride 1x2, dilated 2x1", Self.uneven, map: [6, 5], cells: [5, 3], inputs: 4, outputs: 3,
      trained: 3),
    .layer(
      "depthwise 3x1, stride 1x2, dilated 2x1", Self.uneven, map: [6, 5], cells: [5, 3], inputs: 4, outputs: 4,
      trained: 4, multiplier: 1),
    .layer(
      "convolution over one row", Window(kernelHeight: 1, kernelWidth: 5, strideWidth: 2, padLeft: 2), map: [1, 9],
      cells: [1, 5], inputs: 4, outputs: 3, trained: 4),
    .layer(
      "convolution over one column", Window(kernelHeight: 4, kernelWidth: 1, strideHeight: 3, padTop: 1), map: [8, 1],
      cells: [3, 1], inputs: 5, outputs: 4, trained: 2),
    .layer(
      "depthwise over one row", Window(kernelHeight: 1, kernelWidth: 3, dilationWidth: 2, padLeft: 1), map: [1, 8],
      cells: [1, 6], inputs: 4, outputs: 4, trained: 4, multiplier: 1),
    .dense("fully connected", rows: 3, inputs: 12, outputs: 7, trained: 12),
    .dense(
      "fully connected, clamped", rows: 4, inputs: 10, outputs: 6, trained: 3, clamp: Clamp(minimum: -10, maximum: 127)),
    .averagePool("average pool 3x3, stride 2, padded", Self.conv(3, stride: 2, pad: 1), map: 5, cells: 3),
    .averagePool("average pool over the map", Self.conv(5, stride: 1, pad: 0), map: 5, cells: 1),
    .maxPool("max pool 2x2", Self.conv(2, stride: 2, pad: 0), map: 6, cells: 3),
    .maxPool("max pool 3x3, overlapping, padded", Self.conv(3, stride: 2, pad: 1), map: 6, cells: 3),
    .permutation("channels in another order"),
    .layer(
      "convolution 3x3, trained inputs kept only", Self.conv(3, stride: 1, pad: 1), map: 4, inputs: 6, outputs: 4, trained: 2,
      keepsTrainedOnly: true),
    .layer(
      "depthwise 3x3, multiplier 2, trained inputs kept only", Self.conv(3, stride: 2, pad: 1), map: 5, inputs: 3, outputs: 6,
      trained: 4, multiplier: 2, keepsTrainedOnly: true),
    .dense("fully connected, trained inputs kept only", rows: 3, inputs: 12, outputs: 7, trained: 5, keepsTrainedOnly: true),
    .elementwise("subtraction, subtrahend", .subtract(Clamp()), [1, 3, 3, 4], [1, 3, 3, 4], of: 1),
    .elementwise("addition, a vector of channels", .add(Clamp()), [1, 3, 3, 4], [4], of: 1),
    .elementwise("subtraction, a map of one channel", .subtract(Clamp()), [1, 3, 3, 4], [1, 3, 3, 1], of: 1),
    .elementwise("product", .multiply(Clamp()), [1, 3, 3, 4], [1, 3, 3, 4], of: 0),
    .elementwise("product, map by a gate of each channel", .multiply(Clamp()), [1, 3, 3, 4], [1, 1, 1, 4], of: 0),
    .elementwise("product, the gate of each channel", .multiply(Clamp()), [1, 3, 3, 4], [1, 1, 1, 4], of: 1),
    .elementwise("product, the gate of each pixel", .multiply(Clamp()), [1, 3, 3, 4], [1, 3, 3, 1], of: 1),
    .elementwise("product, a scalar", .multiply(Clamp()), [1, 3, 3, 4], [], of: 1),
    .elementwise("product, rows by columns", .multiply(Clamp()), [3, 1, 4], [1, 5, 1], of: 0),
    .lookup("leaky relu", .leakyRelu(alpha: 0.2)),
    .lookup("hard swish", .hardSwish),
    .lookup("logistic", .logistic),
    .lookup("tanh", .tanh),
    .lookup("leaky relu, saturated", .leakyRelu(alpha: 0.2), scale: 0.01),
    .lookup("hard swish, saturated", .hardSwish, scale: 0.02),
    .lookup("tanh, saturated", .tanh, scale: 1 / 160),
    .lookup("relu6 in a format of its own", .clamp(Clamp(minimum: 5, maximum: 45))),
    .mean("mean over height and width", [1, 4, 4, 5], 1..<3),
    .mean("mean over the last of three dimensions", [1, 6, 4], 2..<3),
    .mean("mean over time", [1, 7, 5], 1..<2),
    .moved("pad", [1, 3, 2, 4], [1, 6, 4, 4], .pad(before: [0, 1, 2, 0]), .sliceError(begin: [0, 1, 2, 0], strides: ones)),
    .moved(
      "slice, strided", [1, 7, 6, 3], [1, 3, 2, 2], .slice(begin: [0, 1, 0, 1], strides: [1, 2, 3, 1]),
      .spreadError(begin: [0, 1, 0, 1], strides: [1, 2, 3, 1])),
    .moved(
      "transpose", [1, 3, 4, 5], [1, 5, 3, 4], .transpose(permutation: [0, 3, 1, 2]),
      .transposeError(permutation: [0, 2, 3, 1])),
    .concatenate("concatenate along channels"),
    .rescale("rescale, clamped"),
    .loss(
      "softmax cross-entropy", outputs: 10, kind: { .softmaxCrossEntropy(logitScales: [$0]) }, target: .init(label: 3)),
    .loss(
      "softmax cross-entropy, soft labels", outputs: 4, kind: { .softCrossEntropy(logitScales: [$0]) },
      target: .init(values: [4096, 0, 10240, 2048])),
    .loss(
      "mean squared error", outputs: 12, kind: squaredError, isAdaptive: true,
      target: .init(values: (0..<12).map { 4000 - 700 * $0 })),
    .loss(
      "mean squared error against the sample", outputs: 12, kind: squaredError, isAdaptive: true, target: .init(),
      readsSample: true),
  ]

  private static let uneven = Window(
    kernelHeight: 3, kernelWidth: 1, strideHeight: 1, strideWidth: 2, dilationHeight: 2, padTop: 1)

  private static func conv(_ kernel: Int, stride: Int, dilation: Int = 1, pad: Int) -> Window {
    Window(
      kernelHeight: kernel, kernelWidth: kernel, strideHeight: stride, strideWidth: stride,
      dilationHeight: dilation, dilationWidth: dilation, padTop: pad, padLeft: pad)
  }
}

// MARK: Cases

extension GradientCase {
  private static func layer(
    _ name: String, _ window: Window, map: Int, inputs: Int, outputs: Int, trained: Int,
    multiplier: Int? = nil, clamp: Clamp = Clamp(), keepsTrainedOnly: Bool = false
  ) -> GradientCase {
    let cells =
      (map - 1 + window.padTop) / window.strideHeight + (window.padTop == 0 && window.kernelHeight > 1 ? 0 : 1)
    return layer(
      name, window, map: [map, map], cells: [cells, cells], inputs: inputs, outputs: outputs, trained: trained,
      multiplier: multiplier, clamp: clamp, keepsTrainedOnly: keepsTrainedOnly)
  }

  /// `map` and `cells`: height and width of input and output.
  private static func layer(
    _ name: String, _ window: Window, map: [Int], cells: [Int], inputs: Int, outputs: Int, trained: Int,
    multiplier: Int? = nil, clamp: Clamp = Clamp(), keepsTrainedOnly: Bool = false
  ) -> GradientCase {
    var result = GradientCase(name)
    let x = result.codes("x", [1] + map + [inputs])
    let shape = [1] + cells + [outputs]
    let taps = [window.kernelHeight, window.kernelWidth]
    let channels = multiplier == nil ? inputs : outputs
    let weighting = result.weighting(channels, outputs, trained, clamp)
    let planes = result.planes(weighting) { [multiplier == nil ? outputs : 1] + taps + [$0] }
    if let multiplier {
      result.build(
        x, shape, planes, weighting, .depthwiseConv2D(window, weighting, multiplier: multiplier),
        .depthwiseConv2DBackwardInput(window, weighting, multiplier: multiplier),
        .depthwiseConv2DUpdateWeights(window, weighting, UpdateRule(), multiplier: multiplier),
        kept: keepsTrainedOnly ? trained / multiplier : nil)
    } else {
      result.build(
        x, shape, planes, weighting, .conv2D(window, weighting), .conv2DBackwardInput(window, weighting),
        .conv2DUpdateWeights(window, weighting, UpdateRule()), kept: keepsTrainedOnly ? trained : nil)
    }
    return result
  }

  private static func dense(
    _ name: String, rows: Int, inputs: Int, outputs: Int, trained: Int, clamp: Clamp = Clamp(),
    keepsTrainedOnly: Bool = false
  ) -> GradientCase {
    var result = GradientCase(name)
    let x = result.codes("x", [rows, inputs])
    let weighting = result.weighting(inputs, outputs, trained, clamp)
    let planes = result.planes(weighting) { [outputs, $0] }
    result.build(
      x, [rows, outputs], planes, weighting, .fullyConnected(weighting),
      .fullyConnectedBackwardInput(weighting), .fullyConnectedUpdateWeights(weighting, UpdateRule()),
      kept: keepsTrainedOnly ? trained : nil)
    return result
  }

  private static func averagePool(_ name: String, _ window: Window, map: Int, cells: Int) -> GradientCase {
    var result = GradientCase(name)
    let x = result.codes("x", [1, map, map, 3])
    let y = result.value("y", [1, cells, cells, 3])
    result.run(.averagePool2D(window, Clamp()), [x], [y])
    result.backward(.averagePool2DBackward(window), [result.errors("dy", [1, cells, cells, 3])], x)
    return result
  }

  private static func maxPool(_ name: String, _ window: Window, map: Int, cells: Int) -> GradientCase {
    var result = GradientCase(name)
    let shape = [1, cells, cells, 3]
    let x = result.codes("x", [1, map, map, 3], distinct: true)
    let y = result.value("y", shape)
    let index = result.add("index", shape, .uint8, .value)
    result.run(.maxPool2D(window, Clamp()), [x], [y, index])
    result.backward(.maxPool2DBackward(window), [result.errors("dy", shape), index], x)
    return result
  }

  private static let ones = [1, 1, 1, 1]

  private static func mean(_ name: String, _ shape: [Int], _ dimensions: Range<Int>) -> GradientCase {
    var result = GradientCase(name)
    let x = result.codes("x", shape)
    let reduction = Reduction(shape: shape, dimensions: dimensions)
    result.run(.mean(dimensions: dimensions), [x], [result.value("y", [reduction.outer, reduction.inner])])
    let window = Window(kernelHeight: 1, kernelWidth: reduction.count, strideWidth: reduction.count)
    let dy = result.errors("dy", [1, reduction.outer, 1, reduction.inner])
    let dx = result.add("dx", [1, reduction.outer, reduction.count, reduction.inner], .int16, .value, range: 1)
    result.run(.averagePool2DBackward(window), [dy], [dx])
    result.gradients.append(.errors(of: x, in: dx))
    return result
  }

  /// Motions of elements: the error keeps its range.
  private static func moved(
    _ name: String, _ inner: [Int], _ outer: [Int], _ forward: OperationKind, _ backward: OperationKind
  ) -> GradientCase {
    var result = GradientCase(name)
    let x = result.codes("x", inner)
    result.run(forward, [x], [result.moved("y", outer)])
    let dx = result.add("dx", inner, .int16, .value, range: 0)
    result.run(backward, [result.errors("dy", outer)], [dx])
    result.gradients.append(.errors(of: x, in: dx))
    return result
  }

  private static func concatenate(_ name: String) -> GradientCase {
    var result = GradientCase(name)
    let parts = [2, 3, 1]
    let inputs = parts.map { result.codes("x\($0)", [1, 3, 2, $0]) }
    result.run(.concatenate(axis: 3), inputs, [result.moved("y", [1, 3, 2, 6])])
    let dy = result.errors("dy", [1, 3, 2, 6])
    var begin = 0
    for (input, channels) in zip(inputs, parts) {
      let dx = result.add("dx\(channels)", [1, 3, 2, channels], .int16, .value, range: 0)
      result.run(.sliceError(begin: [0, 0, 0, begin], strides: ones), [dy], [dx])
      result.gradients.append(.errors(of: input, in: dx))
      begin += channels
    }
    return result
  }

  /// y spans less than x does, so that some codes saturate and their errors are masked.
  private static func rescale(_ name: String) -> GradientCase {
    var result = GradientCase(name)
    let x = result.codes("x", [1, 80])
    let y = result.add("y", [1, 80], .int8, .value, quantization: Quantization(scales: [0.034], zeroPoint: -3))
    result.run(.rescale, [x], [y])
    let mask = result.add("mask", [1, 80], .bit, .value)
    result.run(.clampMask(Clamp()), [y], [mask])
    let dx = result.add("dx", [1, 80], .int16, .value, range: 0)
    result.run(.maskError, [result.errors("dy", [1, 80]), mask], [dx])
    result.gradients.append(.errors(of: x, in: dx))
    return result
  }

  private static func permutation(_ name: String) -> GradientCase {
    var result = GradientCase(name)
    let shape = [1, 3, 2, 4]
    let x = result.codes("x", shape)
    result.run(.selectChannels([2, 0, 3, 1]), [x], [result.value("permuted", shape)])
    let dx = result.add("dx", shape, .int16, .value, range: 0)
    result.run(.selectErrorChannels([1, 3, 0, 2]), [result.errors("dy", shape)], [dx])
    result.gradients.append(.errors(of: x, in: dx))
    return result
  }

  /// The gradient of operand `position`; the second operand is small, so that no product leaves the format of y.
  private static func elementwise(
    _ name: String, _ kind: OperationKind, _ a: [Int], _ b: [Int], of position: Int
  ) -> GradientCase {
    var result = GradientCase(name)
    let operands = [result.codes("a", a), result.codes("gate", b)]
    let rank = max(a.count, b.count)
    func aligned(_ shape: [Int]) -> [Int] { Array(repeating: 1, count: rank - shape.count) + shape }
    let shape = zip(aligned(a), aligned(b)).map { max($0, $1) }
    result.run(kind, operands, [result.value("y", shape)])
    let dy = result.errors("dy", shape)
    switch kind {
    case .multiply: result.backward(.multiplyBackward, [dy, operands[1 - position]], operands[position])
    case .subtract: result.backward(.broadcastBackward(negated: position == 1), [dy], operands[position])
    default: result.backward(.broadcastBackward(negated: false), [dy], operands[position])
    }
    return result
  }

  /// Codes that meet no kink, which a difference would straddle.
  private static func lookup(_ name: String, _ function: UnaryFunction, scale: Float = 0.15) -> GradientCase {
    var result = GradientCase(name)
    let codes = stride(from: -120, through: 120, by: 7).map { Int8($0) }
    let x = result.store("x", [codes.count], codes, nil)
    let format = Quantization(scales: [scale], zeroPoint: 5)
    let y = result.add("y", [codes.count], .int8, .value, quantization: format)
    result.run(.lookup(function), [x], [y])
    let dy = result.errors("dy", [codes.count])
    guard case .clamp(let clamp) = function else {
      result.backward(.lookupBackward(function, output: format), [dy, x], x)
      return result
    }
    let mask = result.add("mask", [codes.count], .bit, .value)
    result.run(.clampMask(clamp), [y], [mask])
    let masked = result.add("dy masked", [codes.count], .int16, .value, range: 0)
    result.run(.maskError, [dy, mask], [masked])
    result.gradients.append(.errors(of: x, in: masked))
    return result
  }

  private static func loss(
    _ name: String, outputs: Int, kind: (Double) -> OperationKind, isAdaptive: Bool = false, target: StepTarget,
    readsSample: Bool = false
  ) -> GradientCase {
    var result = GradientCase(name)
    result.target = target
    let scale = 1.0 / 256
    let logits = result.integers(
      "logits", [1, outputs], (0..<outputs).map { _ in Int32(result.random.int(-600...600)) }, nil)
    // The twin takes an accumulator's real value, the integers its code: the loss has its own comparison.
    let error = result.add("error", [1, outputs], .int16, .value, range: 0)
    result.graph.errorRanges[0] = ErrorRange(
      name: "error", bits: 15, initialExponent: isAdaptive ? -12 : -15, adapts: isAdaptive)
    let sample = result.codes("sample", [1, outputs])
    result.run(kind(scale), [logits] + (readsSample ? [sample] : []), [error])
    result.gradients.append(.errors(of: logits, in: error))
    result.graph.output = sample
    return result
  }

  private static func squaredError(_ scale: Double) -> OperationKind {
    .meanSquaredError(SquaredErrorScales(outputScales: [scale], codeScale: 0.03, codeZeroPoint: -7))
  }
}

// MARK: Parts

extension GradientCase {
  /// Forward, mask, input gradient, updates. `kept`: the update reads a copy of that many input channels.
  private mutating func build(
    _ x: TensorID, _ shape: [Int], _ planes: [TensorID], _ weighting: Weighting,
    _ forward: OperationKind, _ backwardInput: OperationKind, _ updateWeights: OperationKind, kept: Int? = nil
  ) {
    let outputs = shape[shape.count - 1]
    let bias = integers("bias", [outputs], (0..<outputs).map { _ in Int32(random.int(-30000...30000)) }, .bias)
    let y = value("y", shape)
    run(forward, [x] + planes + [bias], [y])
    let mask = add("mask", shape, .bit, .value)
    run(.clampMask(weighting.clamp), [y], [mask])
    let dy = errors("dy", shape)
    let masked = add("dy masked", shape, .int16, .value, range: 0)
    run(.maskError, [dy, mask], [masked])
    backward(backwardInput, [masked] + planes, x)
    let plane = graph[planes[0]]
    let residual = store("residual", plane.shape, [Int8](repeating: 0, count: plane.elementCount), .residual)
    var saved = x
    if let kept {
      saved = value("x kept", graph[x].shape.dropLast() + [kept])
      run(.selectChannels(Array(0..<kept)), [x], [saved])
    }
    run(updateWeights, [saved, masked, planes[0], residual])
    gradients.append(.update(of: planes[0], by: graph.operations.count - 1))
    run(.updateBias(weighting, UpdateRule()), [masked, bias])
    gradients.append(.update(of: bias, by: graph.operations.count - 1))
  }

  private mutating func backward(_ kind: OperationKind, _ inputs: [TensorID], _ x: TensorID) {
    let dx = add("dx", graph[x].shape, .int16, .value, range: 1)
    run(kind, inputs, [dx])
    gradients.append(.errors(of: x, in: dx))
  }

  private mutating func weighting(
    _ channels: Int, _ outputs: Int, _ trained: Int, _ clamp: Clamp
  ) -> Weighting {
    Weighting(
      clamp: clamp, weightScales: (0..<outputs).map { 0.004 + 0.003 * Float($0) }, inputScale: 0.05,
      channels: channels, trainedChannels: trained, biasFractionBits: 8)
  }

  private mutating func planes(_ weighting: Weighting, shape: (Int) -> [Int]) -> [TensorID] {
    let frozen = weighting.channels - weighting.trainedChannels
    var planes: [TensorID] = []
    for (name, channels, state) in [
      ("trained", weighting.trainedChannels, Tensor.StateKind.weight), ("frozen", frozen, nil),
    ] where channels > 0 {
      let shape = shape(channels)
      planes.append(store(name, shape, (0..<shape.reduce(1, *)).map { _ in Int8(random.int(-90...90)) }, state))
    }
    return planes
  }

  private mutating func run(_ kind: OperationKind, _ inputs: [TensorID], _ outputs: [TensorID] = []) {
    let name = "operation\(graph.operations.count)"
    graph.operations.append(Operation(name: name, kind: kind, inputs: inputs, outputs: outputs))
  }

  /// `distinct`: no two codes equal, so that a maximum has one place.
  private mutating func codes(_ name: String, _ shape: [Int], distinct: Bool = false) -> TensorID {
    let count = shape.reduce(1, *)
    let values =
      distinct ? (0..<count).map { Int8($0 * 89 % 251 - 125) } : (0..<count).map { _ in Int8(random.int(-120...120)) }
    return store(name, shape, values, nil)
  }

  private mutating func store(
    _ name: String, _ shape: [Int], _ values: [Int8], _ state: Tensor.StateKind?
  ) -> TensorID {
    let offset = graph.store(values.map { UInt8(bitPattern: $0) })
    return add(name, shape, .int8, state.map { .state($0, offset: offset) } ?? .constant(offset: offset))
  }

  private mutating func integers(
    _ name: String, _ shape: [Int], _ values: [Int32], _ state: Tensor.StateKind?
  ) -> TensorID {
    let bytes = values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) } }
    let offset = graph.store(bytes)
    return add(name, shape, .int32, state.map { .state($0, offset: offset) } ?? .constant(offset: offset))
  }

  private mutating func errors(_ name: String, _ shape: [Int]) -> TensorID {
    let values = (0..<shape.reduce(1, *)).map { _ in Int16(random.int(-4000...4000)) }
    let offset = graph.store(values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
    return add(name, shape, .int16, .constant(offset: offset), range: 0)
  }

  private mutating func value(_ name: String, _ shape: [Int]) -> TensorID { add(name, shape, .int8, .value) }

  private static let scales: [String: Float] = ["y": 0.15, "gate": 0.01]
  /// A value of x's number format.
  private mutating func moved(_ name: String, _ shape: [Int]) -> TensorID {
    add(name, shape, .int8, .value, quantization: Quantization(scales: [0.05], zeroPoint: 5))
  }

  private mutating func add(
    _ name: String, _ shape: [Int], _ element: ElementType, _ storage: Tensor.Storage, range: Int? = nil,
    quantization: Quantization? = nil
  ) -> TensorID {
    // x has scale 0.05 as the weightings say; y covers every sum of these cases, except where a clamp is meant.
    let standard = Quantization(scales: [Self.scales[name] ?? 0.05], zeroPoint: 5)
    return graph.add(
      Tensor(
        name: name, shape: shape, element: element, storage: storage,
        quantization: element == .int8 ? quantization ?? standard : nil, errorRange: range))
  }
}

/// A linear congruential generator (Knuth, MMIX): the same numbers in every run.
struct FixedRandom {
  var state: UInt64

  mutating func int(_ range: ClosedRange<Int>) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int(state >> 33) % range.count
  }
}
