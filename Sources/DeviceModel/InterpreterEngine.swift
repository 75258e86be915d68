import GraphIR
import Interpreter
import WireProtocol

/// The interpreter as a device's step.
package struct InterpreterEngine: StepEngine {
  private static let kinds: [Wire.SegmentKind] = [
    .header, .ranges, .biases, .weights, .residuals, .velocities, .counters,
  ]

  private let interpreter: TrainingStepInterpreter
  package let segments: [Wire.SegmentInfo]

  /// - Throws: `GraphError` when the graph breaks a rule of the verifier.
  package init(graph: Graph) throws {
    interpreter = try TrainingStepInterpreter(graph: graph)
    segments = zip(Self.kinds, interpreter.segmentByteCounts).map { kind, byteCount in
      Wire.SegmentInfo(kind: kind, byteCount: UInt32(byteCount))
    }
  }

  package var inputBytes: Int { interpreter.inputCount }
  package var targetBytes: Int { 2 * interpreter.targetCount }
  package var classCount: Int { interpreter.classCount }

  package func reset(seed: UInt32) { interpreter.reset(seed: seed) }

  package func train(_ input: [Int8], target: StepTarget, update: StepUpdate) -> StepResult {
    StepResult(interpreter.train(input: input, target: target, update: update))
  }

  package func evaluate(_ input: [Int8], target: StepTarget) -> StepResult {
    StepResult(interpreter.evaluate(input: input, target: target))
  }

  package func infer(_ input: [Int8]) -> StepResult {
    StepResult(interpreter.infer(input: input))
  }

  package func bytes(ofSegment index: Int) -> [UInt8] { interpreter.segmentBytes(index) }

  package func write(_ bytes: [UInt8], at offset: Int, toSegment index: Int) {
    var segment = interpreter.segmentBytes(index)
    segment.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    interpreter.load(segment: index, segment)
  }
}

extension StepResult {
  fileprivate init(_ outcome: StepOutcome) {
    self.init(
      lossQ16: outcome.lossQ16, prediction: outcome.prediction, output: outcome.output,
      saturated: outcome.saturated, unchanged: outcome.unchanged,
      ticks: PhaseTicks(
        forward: UInt32(clamping: outcome.time.forward),
        backward: UInt32(clamping: outcome.time.backward),
        update: UInt32(clamping: outcome.time.update)))
  }
}
