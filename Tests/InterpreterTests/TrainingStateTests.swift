import GraphIR
import Interpreter
import Testing

/// The training state survives a round trip, `reset` restores it, and evaluation leaves it alone.
@Suite struct TrainingStateTests {
  private let update = StepUpdate(rate: StepRate(mantissa: 1 << 30, shift: 34))
  private let sample = DenseStep.sample

  @Test func train_countsStepsAndLowersTheLoss() throws {
    let interpreter = try TrainingStepInterpreter(graph: DenseStep.graph())
    let first = interpreter.train(input: sample, target: .init(label: 2), update: update)
    var last = first
    for _ in 0..<50 { last = interpreter.train(input: sample, target: .init(label: 2), update: update) }
    #expect(interpreter.step == 51)
    #expect(last.lossQ16 < first.lossQ16 / 4)
    #expect(last.prediction == 2)
  }

  @Test func evaluateAndInfer_leaveTheStateAlone() throws {
    let interpreter = try TrainingStepInterpreter(graph: DenseStep.graph())
    _ = interpreter.train(input: sample, target: .init(label: 1), update: update)
    let before = interpreter.segmentBytes()
    let evaluated = interpreter.evaluate(input: sample, target: .init(label: 1))
    let inferred = interpreter.infer(input: sample)
    #expect(interpreter.segmentBytes() == before)
    #expect(evaluated.output == inferred.output)
    #expect(evaluated.lossQ16 > 0 && inferred.lossQ16 == 0)
  }

  @Test func segments_restoreARun() throws {
    let original = try TrainingStepInterpreter(graph: DenseStep.graph())
    original.reset(seed: 99)
    for label in [0, 1, 2] { _ = original.train(input: sample, target: .init(label: label), update: update) }
    let copy = try TrainingStepInterpreter(graph: DenseStep.graph())
    try copy.loadSegments(original.segmentBytes())
    #expect(copy.step == 3 && copy.seed == 99)
    for interpreter in [original, copy] { _ = interpreter.train(input: sample, target: .init(label: 0), update: update) }
    #expect(copy.segmentBytes() == original.segmentBytes())
  }

  @Test func reset_restoresTheInitialState() throws {
    let interpreter = try TrainingStepInterpreter(graph: DenseStep.graph())
    interpreter.reset(seed: 7)
    let fresh = interpreter.segmentBytes()
    for _ in 0..<5 { _ = interpreter.train(input: sample, target: .init(label: 1), update: update) }
    #expect(interpreter.segmentBytes() != fresh)
    interpreter.reset(seed: 7)
    #expect(interpreter.segmentBytes() == fresh)
  }

  @Test func segments_layOutHeaderRangesAndAlignedTensors() throws {
    let interpreter = try TrainingStepInterpreter(graph: DenseStep.graph())
    interpreter.reset(seed: 0x0102_0304)
    let segments = interpreter.segmentBytes()
    #expect(segments.map(\.count) == [8, 12, 16, 24, 24, 0, 16])
    #expect(segments[0] == [0, 0, 0, 0, 4, 3, 2, 1])
    #expect(segments[1] == [0xf4, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(segments[3].suffix(6) == [0, 0, 0, 0, 0, 0])
  }

  @Test func loadSegments_refusesAnotherLayout() throws {
    let interpreter = try TrainingStepInterpreter(graph: DenseStep.graph())
    let before = interpreter.segmentBytes()
    #expect(throws: StateError.self) { try interpreter.loadSegments([[0], []]) }
    #expect(interpreter.segmentBytes() == before)
  }
}
