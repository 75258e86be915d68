import GraphIR

/// A forward graph built layer by layer, with weights from a fixed seed and formats as a calibrated model has them.
///
/// Formats follow from He's initialization: real weights of variance 2/fan-in keep the mean square of activations near
/// 1 from layer to layer, so six (after a ReLU) or four (without) standard deviations fit the range of codes.
struct Network {
  private var graph: Graph
  private var random: UInt32 = 1

  /// - Parameters:
  ///   - scale: real value of an input code.
  ///   - zeroPoint: code of an input of 0.
  init(name: String, input shape: [Int], scale: Float = 1 / 73, zeroPoint: Int32 = 0) {
    let input = Tensor(
      name: "input", shape: shape, element: .int8, storage: .input,
      quantization: Quantization(scales: [scale], zeroPoint: zeroPoint))
    graph = Graph(
      name: name, tensors: [input], operations: [], input: TensorID(0), output: TensorID(0), layers: [], data: [])
  }

  var input: TensorID { graph.input }

  enum Padding { case same, valid }

  mutating func conv(
    _ name: String, _ x: TensorID, outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = .same,
    relu: Bool = true
  ) -> TensorID {
    let channels = graph[x].shape[3]
    let (window, rows, columns) = place(kernel, stride, padding, over: graph[x].shape)
    return layer(
      name, x, weights: [outputs, kernel, kernel, channels], fanIn: kernel * kernel * channels, outputs: outputs,
      axis: 0,
      shape: [1, rows, columns, outputs], channels: channels, relu: relu
    ) { .conv2D(window, $0) }
  }

  mutating func depthwise(_ name: String, _ x: TensorID, kernel: Int, stride: Int = 1, relu: Bool = true) -> TensorID {
    let channels = graph[x].shape[3]
    let (window, rows, columns) = place(kernel, stride, .same, over: graph[x].shape)
    return layer(
      name, x, weights: [1, kernel, kernel, channels], fanIn: kernel * kernel, outputs: channels, axis: 3,
      shape: [1, rows, columns, channels], channels: channels, relu: relu
    ) { .depthwiseConv2D(window, $0, multiplier: 1) }
  }

  mutating func dense(_ name: String, _ x: TensorID, outputs: Int, relu: Bool = true) -> TensorID {
    let inputs = graph[x].elementCount
    let rows = graph[x].shape.count == 2 ? x : reshape(name + "/in", x, [1, inputs])
    return layer(
      name, rows, weights: [outputs, inputs], fanIn: inputs, outputs: outputs, axis: 0, shape: [1, outputs],
      channels: inputs, relu: relu
    ) { .fullyConnected($0) }
  }

  mutating func add(_ name: String, _ a: TensorID, _ b: TensorID) -> TensorID {
    operation(name, .add(Clamp()), [a, b], shape: graph[a].shape, format(relu: false))
  }

  mutating func maxPool(_ name: String, _ x: TensorID) -> TensorID {
    let (window, rows, columns) = place(2, 2, .valid, over: graph[x].shape)
    return operation(
      name, .maxPool2D(window, Clamp()), [x], shape: [1, rows, columns, graph[x].shape[3]], graph[x].quantization)
  }

  mutating func averagePool(_ name: String, _ x: TensorID) -> TensorID {
    let (window, rows, columns) = place(2, 2, .valid, over: graph[x].shape)
    return operation(
      name, .averagePool2D(window, Clamp()), [x], shape: [1, rows, columns, graph[x].shape[3]], graph[x].quantization)
  }

  /// One row of values: the mean over a map's positions.
  mutating func flat(_ x: TensorID) -> TensorID { graph[x].shape.count == 2 ? x : mean("mean", x) }

  mutating func mean(_ name: String, _ x: TensorID) -> TensorID {
    operation(name, .mean(dimensions: 1..<3), [x], shape: [1, graph[x].shape[3]], graph[x].quantization)
  }

  /// Ends the model with the probabilities of its classes.
  mutating func classified(_ logits: TensorID) -> Graph {
    let codes = Quantization(scales: [1 / 256], zeroPoint: -128)
    graph.output = operation("softmax", .softmax(beta: 1), [logits], shape: graph[logits].shape, codes)
    return graph
  }

  // MARK: Parts

  private mutating func reshape(_ name: String, _ x: TensorID, _ shape: [Int]) -> TensorID {
    operation(name, .reshape, [x], shape: shape, graph[x].quantization)
  }

  private mutating func operation(
    _ name: String, _ kind: OperationKind, _ inputs: [TensorID], shape: [Int], _ format: Quantization?
  ) -> TensorID {
    let y = graph.add(Tensor(name: name, shape: shape, element: .int8, storage: .value, quantization: format))
    graph.operations.append(Operation(name: name, kind: kind, inputs: inputs, outputs: [y]))
    return y
  }

  private func format(relu: Bool) -> Quantization {
    relu ? Quantization(scales: [6 / 255], zeroPoint: -128) : Quantization(scales: [8 / 255], zeroPoint: 0)
  }

  private func place(
    _ kernel: Int, _ stride: Int, _ padding: Padding, over shape: [Int]
  ) -> (window: Window, rows: Int, columns: Int) {
    func along(_ size: Int) -> (outputs: Int, before: Int) {
      switch padding {
      case .valid: return ((size - kernel) / stride + 1, 0)
      case .same:
        let outputs = (size + stride - 1) / stride
        return (outputs, max(0, (outputs - 1) * stride + kernel - size) / 2)
      }
    }
    let (rows, columns) = (along(shape[1]), along(shape[2]))
    let window = Window(
      kernelHeight: kernel, kernelWidth: kernel, strideHeight: stride, strideWidth: stride, padTop: rows.before,
      padLeft: columns.before)
    return (window, rows.outputs, columns.outputs)
  }

  private mutating func layer(
    _ name: String, _ x: TensorID, weights shape: [Int], fanIn: Int, outputs: Int, axis: Int, shape outputShape: [Int],
    channels: Int, relu: Bool, kind: (Weighting) -> OperationKind
  ) -> TensorID {
    let deviation: Float = 73.3  // of codes -127...127, all as likely
    let unit = (2 / Float(fanIn)).squareRoot() / deviation
    let scales = (0..<outputs).map { unit * (0.75 + 0.125 * Float($0 % 5)) }
    let inputScale = graph[x].quantization?.scales[0] ?? 1
    let codes = (0..<shape.reduce(1, *)).map { _ in UInt8(bitPattern: Int8(truncatingIfNeeded: uniform(127))) }
    let w = constant(name + "/w", shape, .int8, codes, Quantization(scales: scales, zeroPoint: 0, axis: axis))
    let biases = scales.map { uniform(Int32(0.2 / ($0 * inputScale))) }
    let bytes = biases.flatMap { bias in (0..<4).map { UInt8(truncatingIfNeeded: bias >> (8 * Int32($0))) } }
    let b = constant(name + "/b", [outputs], .int32, bytes, nil)
    let file = FileTensor(name: name + "/w", dataOffset: 0, dataBytes: 0, scaleOffset: 0, scaleCount: outputs)
    graph.layers.append(Layer(name: name, weights: file, bias: file))
    let weighting = Weighting(clamp: Clamp(), weightScales: scales, inputScale: inputScale, channels: channels)
    let y = operation(name, kind(weighting), [x, w, b], shape: outputShape, format(relu: relu))
    graph.operations[graph.operations.count - 1].layer = graph.layers.count - 1
    return y
  }

  private mutating func constant(
    _ name: String, _ shape: [Int], _ element: ElementType, _ bytes: [UInt8], _ format: Quantization?
  ) -> TensorID {
    let offset = graph.store(bytes)
    return graph.add(
      Tensor(name: name, shape: shape, element: element, storage: .constant(offset: offset), quantization: format))
  }

  /// -limit...limit (Numerical Recipes' generator; its high bits).
  private mutating func uniform(_ limit: Int32) -> Int32 {
    random = random &* 1_664_525 &+ 1_013_904_223
    return Int32((Int64(random >> 8) * Int64(2 * limit + 1)) >> 24) - limit
  }
}
