import GraphIR
import Interpreter

/// A dense layer of 6 to 3, all of it trained, with its head split and its loss: 18 weights, 3 biases.
enum DenseStep {
  static let sample: [Int8] = [10, -60, 90, 3, -128, 127]
  static let weightScale: Float = 0.004
  static let inputScale: Float = 0.02
  static let biasFractionBits = 8
  /// Place of the update of the weights among the operations.
  static let updateWeights = 3

  /// - Parameter errorBits: of the gradient of the logits.
  static func graph(_ rule: UpdateRule = UpdateRule(), errorBits: Int = 12) -> Graph {
    let place = FileTensor(name: "w", dataOffset: 0, dataBytes: 0, scaleOffset: 0, scaleCount: 0)
    var graph = Graph(
      name: "dense step", tensors: [], operations: [], input: TensorID(0), output: TensorID(0),
      layers: [Layer(name: "dense", weights: place, bias: place)],
      errorRanges: [ErrorRange(name: "loss", bits: errorBits, initialExponent: -errorBits, adapts: false)], data: [])
    let weights = (0..<18).map { UInt8(bitPattern: Int8($0 * 37 % 101 - 50)) }
    let weighting = Weighting(
      clamp: Clamp(), weightScales: [weightScale], inputScale: inputScale, channels: 6, trainedChannels: 6,
      biasFractionBits: biasFractionBits)
    func codes(_ name: String, _ shape: [Int], _ storage: Tensor.Storage, _ scale: Float) -> TensorID {
      graph.add(
        Tensor(
          name: name, shape: shape, element: .int8, storage: storage,
          quantization: Quantization(scales: [scale], zeroPoint: 0)))
    }
    func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    graph.input = codes("x", [1, 6], .input, inputScale)
    let weight = codes("w", [3, 6], .state(.weight, offset: graph.store(weights)), weightScale)
    var planes = [weight]
    if rule.storage == .residual {
      planes.append(codes("r", [3, 6], .state(.residual, offset: graph.store(zeros(18))), weightScale))
    }
    func integers(_ name: String, _ shape: [Int], _ storage: Tensor.Storage) -> TensorID {
      graph.add(Tensor(name: name, shape: shape, element: .int32, storage: storage))
    }
    let bias = integers("b", [3], .state(.bias, offset: graph.store(zeros(12))))
    var biasPlanes = [bias]
    if rule.hasVelocity {
      planes.append(integers("v", [3, 6], .state(.velocity, offset: graph.store(zeros(72)))))
      biasPlanes.append(integers("vb", [3], .state(.velocity, offset: graph.store(zeros(12)))))
    }
    let logits = integers("z", [1, 3], .value)
    graph.output = codes("y", [1, 3], .value, 0.05)
    let error = graph.add(Tensor(name: "dz", shape: [1, 3], element: .int16, storage: .value, errorRange: 0))
    let scales = [Double(inputScale) * Double(weightScale)]
    let steps: [(OperationKind, [TensorID], [TensorID])] = [
      (.fullyConnected(weighting), [graph.input, weight, bias], [logits]),
      (.requantize(accumulatorScales: scales, Clamp(), rounding: .once), [logits], [graph.output]),
      (.softmaxCrossEntropy(logitScales: scales), [logits], [error]),
      (.fullyConnectedUpdateWeights(weighting, rule), [graph.input, error] + planes, []),
      (.updateBias(weighting, rule), [error] + biasPlanes, []),
      (.updateRanges, [], []),
    ]
    graph.operations = steps.enumerated().map {
      Operation(name: "step\($0)", kind: $1.0, inputs: $1.1, outputs: $1.2, layer: 0)
    }
    return graph
  }
}
