import GraphIR

/// Small forward graphs with pseudo-random weights, built by hand: what the compiler gets from an importer.
struct GraphBuilder {
  private var graph: Graph
  private var random: UInt32 = 12345

  init(input shape: [Int]) {
    let input = Tensor(
      name: "input", shape: shape, element: .int8, storage: .input,
      quantization: Quantization(scales: [1 / 128], zeroPoint: -3))
    graph = Graph(
      name: "sample", tensors: [input], operations: [], input: TensorID(0), output: TensorID(0), layers: [], data: [])
  }

  var input: TensorID { graph.input }

  private mutating func code() -> Int32 {
    random = random &* 1_664_525 &+ 1_013_904_223
    return Int32(bitPattern: random) >> 24
  }

  private mutating func value(_ name: String, _ shape: [Int], scale: Float, zeroPoint: Int32) -> TensorID {
    graph.add(
      Tensor(
        name: name, shape: shape, element: .int8, storage: .value,
        quantization: Quantization(scales: [scale], zeroPoint: zeroPoint)))
  }

  private mutating func weights(_ name: String, _ shape: [Int], scales: [Float], axis: Int) -> TensorID {
    let count = shape.reduce(1, *)
    let codes = (0..<count).map { _ in UInt8(bitPattern: Int8(max(-127, code()))) }
    let offset = graph.store(codes)
    return graph.add(
      Tensor(
        name: name, shape: shape, element: .int8, storage: .constant(offset: offset),
        quantization: Quantization(scales: scales, zeroPoint: 0, axis: axis)))
  }

  private mutating func bias(_ name: String, _ count: Int) -> TensorID {
    let codes = (0..<count).map { _ in code() * 4 }
    let bytes = codes.flatMap { code in (0..<4).map { UInt8(truncatingIfNeeded: code >> (8 * Int32($0))) } }
    let offset = graph.store(bytes)
    return graph.add(Tensor(name: name, shape: [count], element: .int32, storage: .constant(offset: offset)))
  }

  private mutating func layer(
    _ name: String, x: TensorID, weightShape: [Int], outputs: Int, axis: Int, outputShape: [Int], channels: Int,
    clamp: Clamp, kind: (Weighting) -> OperationKind
  ) -> TensorID {
    let scales = (0..<outputs).map { Float($0 % 3 + 1) / 700 }
    let w = weights(name + "/w", weightShape, scales: scales, axis: axis)
    let b = bias(name + "/b", outputs)
    let y = value(name, outputShape, scale: 0.05, zeroPoint: -20)
    let file = FileTensor(name: name + "/w", dataOffset: 0, dataBytes: 0, scaleOffset: 0, scaleCount: outputs)
    graph.layers.append(Layer(name: name, weights: file, bias: file))
    let weighting = Weighting(
      clamp: clamp, weightScales: scales, inputScale: graph[x].quantization?.scales[0] ?? 1, channels: channels)
    graph.operations.append(
      Operation(
        name: name, kind: kind(weighting), inputs: [x, w, b], outputs: [y], layer: graph.layers.count - 1))
    return y
  }

  /// 3x3 or 1x1 convolution, stride 1, SAME.
  mutating func conv(_ name: String, _ x: TensorID, outputs: Int, kernel: Int, clamp: Clamp = Clamp(minimum: -20)) -> TensorID {
    let shape = graph[x].shape
    let window = Window(kernelHeight: kernel, kernelWidth: kernel, padTop: kernel / 2, padLeft: kernel / 2)
    return layer(
      name, x: x, weightShape: [outputs, kernel, kernel, shape[3]], outputs: outputs, axis: 0,
      outputShape: [1, shape[1], shape[2], outputs], channels: shape[3], clamp: clamp
    ) { .conv2D(window, $0) }
  }

  mutating func depthwise(_ name: String, _ x: TensorID, stride: Int) -> TensorID {
    let shape = graph[x].shape
    let window = Window(kernelHeight: 3, kernelWidth: 3, strideHeight: stride, strideWidth: stride, padTop: 1, padLeft: 1)
    return layer(
      name, x: x, weightShape: [1, 3, 3, shape[3]], outputs: shape[3], axis: 3,
      outputShape: [1, (shape[1] + stride - 1) / stride, (shape[2] + stride - 1) / stride, shape[3]],
      channels: shape[3], clamp: Clamp(minimum: -20)
    ) { .depthwiseConv2D(window, $0, multiplier: 1) }
  }

  mutating func dense(_ name: String, _ x: TensorID, outputs: Int, clamp: Clamp = Clamp()) -> TensorID {
    let inputs = graph[x].elementCount
    return layer(
      name, x: x, weightShape: [outputs, inputs], outputs: outputs, axis: 0, outputShape: [1, outputs],
      channels: inputs, clamp: clamp
    ) { .fullyConnected($0) }
  }

  mutating func add(_ name: String, _ a: TensorID, _ b: TensorID) -> TensorID {
    let y = value(name, graph[a].shape, scale: 0.06, zeroPoint: 4)
    graph.operations.append(Operation(name: name, kind: .add(Clamp()), inputs: [a, b], outputs: [y]))
    return y
  }

  /// An activation that stands alone.
  mutating func relu(_ name: String, _ x: TensorID, clamp: Clamp, sameFormat: Bool) -> TensorID {
    let format = graph[x].quantization ?? Quantization(scales: [1], zeroPoint: 0)
    let y = value(
      name, graph[x].shape, scale: format.scales[0] * (sameFormat ? 1 : 0.7), zeroPoint: format.zeroPoint)
    graph.operations.append(Operation(name: name, kind: .lookup(.clamp(clamp)), inputs: [x], outputs: [y]))
    return y
  }

  mutating func maxPool(_ name: String, _ x: TensorID) -> TensorID {
    let tensor = graph[x]
    let y = value(
      name, [1, tensor.shape[1] / 2, tensor.shape[2] / 2, tensor.shape[3]], scale: tensor.quantization?.scales[0] ?? 1,
      zeroPoint: tensor.quantization?.zeroPoint ?? 0)
    let window = Window(kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2)
    graph.operations.append(Operation(name: name, kind: .maxPool2D(window, Clamp()), inputs: [x], outputs: [y]))
    return y
  }

  /// 2x2 average pool with an activation of its own.
  mutating func averagePool(_ name: String, _ x: TensorID, clamp: Clamp) -> TensorID {
    let tensor = graph[x]
    let y = value(
      name, [1, tensor.shape[1] / 2, tensor.shape[2] / 2, tensor.shape[3]], scale: tensor.quantization?.scales[0] ?? 1,
      zeroPoint: tensor.quantization?.zeroPoint ?? 0)
    let window = Window(kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2)
    graph.operations.append(Operation(name: name, kind: .averagePool2D(window, clamp), inputs: [x], outputs: [y]))
    return y
  }

  /// `margin` zero points on every side.
  mutating func pad(_ name: String, _ x: TensorID, margin: Int) -> TensorID {
    let tensor = graph[x]
    let y = value(
      name, [1, tensor.shape[1] + 2 * margin, tensor.shape[2] + 2 * margin, tensor.shape[3]],
      scale: tensor.quantization?.scales[0] ?? 1, zeroPoint: tensor.quantization?.zeroPoint ?? 0)
    graph.operations.append(
      Operation(name: name, kind: .pad(before: [0, margin, margin, 0]), inputs: [x], outputs: [y]))
    return y
  }

  /// 3x3 convolution without padding of its own.
  mutating func validConv(_ name: String, _ x: TensorID, outputs: Int) -> TensorID {
    let shape = graph[x].shape
    return layer(
      name, x: x, weightShape: [outputs, 3, 3, shape[3]], outputs: outputs, axis: 0,
      outputShape: [1, shape[1] - 2, shape[2] - 2, outputs], channels: shape[3], clamp: Clamp(minimum: -20)
    ) { .conv2D(Window(kernelHeight: 3, kernelWidth: 3), $0) }
  }

  mutating func mean(_ name: String, _ x: TensorID) -> TensorID {
    let y = value(name, [1, graph[x].shape[3]], scale: 0.04, zeroPoint: -10)
    graph.operations.append(Operation(name: name, kind: .mean(dimensions: 1..<3), inputs: [x], outputs: [y]))
    return y
  }

  mutating func softmax(_ name: String, _ x: TensorID) -> TensorID {
    let y = value(name, graph[x].shape, scale: 1 / 256, zeroPoint: -128)
    graph.operations.append(Operation(name: name, kind: .softmax(beta: 1), inputs: [x], outputs: [y]))
    return y
  }

  /// Ends the model at `output`, without a softmax.
  mutating func end(at output: TensorID) -> Graph {
    graph.output = output
    return graph
  }

  mutating func finish(_ logits: TensorID) -> Graph {
    graph.output = softmax("softmax", logits)
    return graph
  }
}

extension Graph {
  /// 6x6x4 -> conv 3x3 -> [depthwise -> pointwise] + shortcut -> max pool -> mean -> dense 5 -> softmax.
  static func residualSample() -> Graph {
    var builder = GraphBuilder(input: [1, 6, 6, 4])
    let stem = builder.conv("stem", builder.input, outputs: 8, kernel: 3)
    let spatial = builder.depthwise("block/spatial", stem, stride: 1)
    let project = builder.conv("block/project", spatial, outputs: 8, kernel: 1, clamp: Clamp())
    let sum = builder.add("block/sum", stem, project)
    let pooled = builder.maxPool("pool", sum)
    let mean = builder.mean("mean", pooled)
    return builder.finish(builder.dense("head", mean, outputs: 5))
  }

  /// 8 -> dense 6 -> dense 3 -> softmax.
  static func denseSample() -> Graph {
    var builder = GraphBuilder(input: [1, 8])
    let hidden = builder.dense("hidden", builder.input, outputs: 6, clamp: Clamp(minimum: -20))
    return builder.finish(builder.dense("head", hidden, outputs: 3))
  }
}
