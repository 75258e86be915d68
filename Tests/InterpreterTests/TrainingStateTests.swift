import GraphIR
import Interpreter
import Testing

/// The training state survives a round trip, `reset` restores it, and evaluation leaves it alone.
@Suite struct TrainingStateTests {
  private let rate = StepRate(mantissa: 1 << 30, shift: 34)
  private let sample: [Int8] = [10, -60, 90, 3, -128, 127]

  @Test func train_countsStepsAndLowersTheLoss() throws {
    let interpreter = try TrainingStepInterpreter(graph: denseStep())
    let first = interpreter.train(input: sample, label: 2, rate: rate)
    var last = first
    for _ in 0..<50 { last = interpreter.train(input: sample, label: 2, rate: rate) }
    #expect(interpreter.step == 51)
    #expect(last.lossQ16 < first.lossQ16 / 4)
    #expect(last.prediction == 2)
  }

  @Test func evaluateAndInfer_leaveTheStateAlone() throws {
    let interpreter = try TrainingStepInterpreter(graph: denseStep())
    _ = interpreter.train(input: sample, label: 1, rate: rate)
    let before = interpreter.segmentBytes()
    let evaluated = interpreter.evaluate(input: sample, label: 1)
    let inferred = interpreter.infer(input: sample)
    #expect(interpreter.segmentBytes() == before)
    #expect(evaluated.output == inferred.output)
    #expect(evaluated.lossQ16 > 0 && inferred.lossQ16 == 0)
  }

  @Test func segments_restoreARun() throws {
    let original = try TrainingStepInterpreter(graph: denseStep())
    original.reset(seed: 99)
    for label in [0, 1, 2] { _ = original.train(input: sample, label: label, rate: rate) }
    let copy = try TrainingStepInterpreter(graph: denseStep())
    try copy.loadSegments(original.segmentBytes())
    #expect(copy.step == 3 && copy.seed == 99)
    for interpreter in [original, copy] { _ = interpreter.train(input: sample, label: 0, rate: rate) }
    #expect(copy.segmentBytes() == original.segmentBytes())
  }

  @Test func reset_restoresTheInitialState() throws {
    let interpreter = try TrainingStepInterpreter(graph: denseStep())
    interpreter.reset(seed: 7)
    let fresh = interpreter.segmentBytes()
    for _ in 0..<5 { _ = interpreter.train(input: sample, label: 1, rate: rate) }
    #expect(interpreter.segmentBytes() != fresh)
    interpreter.reset(seed: 7)
    #expect(interpreter.segmentBytes() == fresh)
  }

  @Test func segments_layOutHeaderRangesAndAlignedTensors() throws {
    let interpreter = try TrainingStepInterpreter(graph: denseStep())
    interpreter.reset(seed: 0x0102_0304)
    let segments = interpreter.segmentBytes()
    #expect(segments.map(\.count) == [8, 12, 16, 24, 24])
    #expect(segments[0] == [0, 0, 0, 0, 4, 3, 2, 1])
    #expect(segments[1] == [0xf4, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(segments[3].suffix(6) == [0, 0, 0, 0, 0, 0])
  }

  @Test func loadSegments_refusesAnotherLayout() throws {
    let interpreter = try TrainingStepInterpreter(graph: denseStep())
    let before = interpreter.segmentBytes()
    #expect(throws: StateError.self) { try interpreter.loadSegments([[0], []]) }
    #expect(interpreter.segmentBytes() == before)
  }

  /// A dense layer of 6 to 3, all of it trained, with its head split and its loss: 18 weights, 3 biases.
  private func denseStep() -> Graph {
    var graph = Graph(
      name: "dense step", tensors: [], operations: [], input: TensorID(0), output: TensorID(0),
      layers: [], errorRanges: [ErrorRange(name: "loss", bits: 12, initialExponent: -12, adapts: false)],
      data: [])
    let weights = (0..<18).map { UInt8(bitPattern: Int8($0 * 37 % 101 - 50)) }
    let weighting = Weighting(
      clamp: Clamp(), weightScales: [0.004], inputScale: 0.02, channels: 6, trainedChannels: 6,
      biasFractionBits: 8)
    func codes(_ name: String, _ shape: [Int], _ storage: Tensor.Storage, _ scale: Float) -> TensorID {
      graph.add(
        Tensor(
          name: name, shape: shape, element: .int8, storage: storage,
          quantization: Quantization(scales: [scale], zeroPoint: 0)))
    }
    graph.input = codes("x", [1, 6], .input, 0.02)
    let weight = codes("w", [3, 6], .state(.weight, offset: graph.store(weights)), 0.004)
    let zeros = [UInt8](repeating: 0, count: 18)
    let residual = codes("r", [3, 6], .state(.residual, offset: graph.store(zeros)), 0.004)
    let biasStorage = Tensor.Storage.state(.bias, offset: graph.store(zeros.prefix(12)))
    let bias = graph.add(Tensor(name: "b", shape: [3], element: .int32, storage: biasStorage))
    let logits = graph.add(Tensor(name: "z", shape: [1, 3], element: .int32, storage: .value))
    graph.output = codes("y", [1, 3], .value, 0.05)
    let error = graph.add(
      Tensor(name: "dz", shape: [1, 3], element: .int16, storage: .value, errorRange: 0))
    let scales = [0.02 * 0.004]
    let steps: [(OperationKind, [TensorID], [TensorID])] = [
      (.fullyConnected(weighting), [graph.input, weight, bias], [logits]),
      (.requantize(accumulatorScales: scales, Clamp(), rounding: .once), [logits], [graph.output]),
      (.softmaxCrossEntropy(logitScales: scales), [logits], [error]),
      (.fullyConnectedUpdateWeights(weighting), [graph.input, error, weight, residual], []),
      (.updateBias(weighting), [error, bias], []),
      (.updateRanges, [], []),
    ]
    graph.operations = steps.enumerated().map {
      Operation(name: "step\($0)", kind: $1.0, inputs: $1.1, outputs: $1.2)
    }
    return graph
  }
}
