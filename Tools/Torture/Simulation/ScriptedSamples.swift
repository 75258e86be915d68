import ArtifactManifest
import Coordinator
import DeviceLink
import Telemetry
import WireProtocol

/// The samples of a plan: which one, its update and its contents follow from the position alone.
struct ScriptedSamples {
  private var sequence: SampleSequence

  init(_ plan: TrainingPlan) { sequence = SampleSequence(plan) }

  mutating func planned(at position: Int) -> PlannedSample { sequence.sample(at: position) }

  mutating func sample(at position: Int) -> DeviceSample {
    let planned = sequence.sample(at: position)
    let update = sequence.update(at: position)
    var random = SplitMix(seed: UInt64(planned.sample) << 1 | UInt64(planned.mode.rawValue))
    return DeviceSample(
      index: UInt32(position), mode: planned.mode == .train ? .train : .evaluate,
      label: Int(random.next() % UInt64(ToyStep.classCount)), rateMantissa: update.rate.mantissa,
      rateShift: update.rate.shift,
      input: (0..<ToyStep.inputBytes).map { _ in Int8(truncatingIfNeeded: random.next()) },
      target: (0..<ToyStep.targetBytes / 2).map { _ in Int16(truncatingIfNeeded: random.next()) })
  }

  static let golden = DeviceSample(
    index: 0, mode: .train, label: 1, rateMantissa: 1 << 30, rateShift: 33,
    input: (0..<ToyStep.inputBytes).map { Int8($0) }, target: [1, 2, 3])

  static func goldenDigest(seed: UInt32) -> UInt64 {
    let toy = ScriptedToy(seed: seed)
    _ = toy.apply(golden)
    return Digest64(toy.state).value
  }

  /// The ranges of a segment's bytes that one message each carries.
  static func pieces(of byteCount: Int) -> [Range<Int>] {
    stride(from: 0, to: byteCount, by: 600).map { $0..<min($0 + 600, byteCount) }
  }
}

/// The toy without device, line and protocol: what a run must come to.
final class ScriptedToy {
  private let step = ToyStep(state: .allocate(byteCount: ToyStep.stateBytes, alignment: 8))

  init(seed: UInt32) { step.reset(seed: seed) }

  deinit { step.state.deallocate() }

  var state: [UInt8] { Array(UnsafeRawBufferPointer(start: step.state, count: ToyStep.stateBytes)) }

  func apply(_ sample: DeviceSample) -> ToyStep.Outcome {
    sample.mode == .train
      ? step.train(
        sample.input, label: sample.label, values: sample.target, mantissa: sample.rateMantissa,
        shift: UInt32(sample.rateShift))
      : step.evaluate(sample.input, label: sample.label, values: sample.target)
  }
}

extension StepRecord {
  /// Without times, which may differ from one course to another.
  init(_ step: Wire.Step, sample: PlannedSample) {
    self.init(
      sample, label: Int(step.label), lossQ16: Int(step.lossQ16), prediction: Int(step.prediction),
      saturated: Int(step.saturated), unchanged: Int(step.unchanged))
  }

  init(_ outcome: ToyStep.Outcome, label: Int, sample: PlannedSample) {
    self.init(
      sample, label: label, lossQ16: Int(outcome.lossQ16), prediction: outcome.prediction,
      saturated: outcome.saturated, unchanged: outcome.unchanged)
  }

  private init(
    _ sample: PlannedSample, label: Int, lossQ16: Int, prediction: Int, saturated: Int, unchanged: Int
  ) {
    self.init(
      run: 1, position: sample.position, mode: sample.mode, sample: sample.sample, lossQ16: lossQ16,
      prediction: prediction, label: label, waitTicks: 0, forwardTicks: 0, backwardTicks: 0, updateTicks: 0,
      saturated: saturated, unchanged: unchanged)
  }
}
