import Interpreter
import WireProtocol

/// The step loop.
extension DeviceSession {
  /// Applies the oldest sample, or answers it from the records. Returns the answers, none when no
  /// sample waits.
  ///
  /// - Parameter now: reads the device's counter.
  package mutating func runNextSample(now: () -> UInt64) -> [Wire.Message] {
    guard !samples.isEmpty else { return [] }
    let sample = samples.removeFirst()
    let answer: Wire.Message
    do {
      answer = try answerTo(sample, now: now)
    } catch {
      answer = .errorReport(error.report)
    }
    return [answer] + finishEnding()
  }

  private mutating func answerTo(
    _ sample: Wire.Sample, now: () -> UInt64
  ) throws(DeviceFault) -> Wire.Message {
    guard state == .running else { throw DeviceFault(.noRun, context: sample.index) }
    guard sample.run == run else {
      throw DeviceFault(.wrongRun, context: UInt32(truncatingIfNeeded: run))
    }
    guard sample.index <= records.next else {
      throw DeviceFault(.indexAhead, context: records.next)
    }
    guard sample.index == records.next else { return try repeatedAnswer(to: sample) }
    try check(sample)
    return apply(sample, now: now)
  }

  /// Output codes are not kept: they are computed again as long as the weights are the same.
  private mutating func repeatedAnswer(to sample: Wire.Sample) throws(DeviceFault) -> Wire.Message {
    guard var record = records[sample.index] else {
      throw DeviceFault(.indexForgotten, context: records.oldest)
    }
    guard record.mode == .infer else {
      record.flags |= Wire.Step.repeatedFlag
      return .step(record)
    }
    guard record.trainingStep == trainingStep else {
      throw DeviceFault(.indexForgotten, context: records.oldest)
    }
    try check(sample)
    return output(of: compute(sample), sample)
  }

  private func check(_ sample: Wire.Sample) throws(DeviceFault) {
    let expectedBytes = engine.inputBytes + (sample.mode == .infer ? 0 : engine.targetBytes)
    guard sample.input.count == expectedBytes else {
      throw DeviceFault(.inputSize, context: UInt32(expectedBytes))
    }
    guard sample.mode == .infer || Int(sample.label) < engine.classCount else {
      throw DeviceFault(.labelRange, context: UInt32(engine.classCount))
    }
    if sample.mode == .train { try checkUpdate(sample) }
  }

  private func checkUpdate(_ sample: Wire.Sample) throws(DeviceFault) {
    let mantissa = sample.rateMantissa
    guard mantissa == 0 || (1 << 30)..<(1 << 31) ~= mantissa else {
      throw DeviceFault(.rateRange, context: mantissa)
    }
    let hasVelocities = engine.segments.contains { $0.kind == .velocities && $0.byteCount > 0 }
    guard hasVelocities || (sample.momentum == 0 && !sample.isHeld) else {
      throw DeviceFault(.velocityMissing, context: UInt32(sample.momentum))
    }
  }

  private mutating func apply(_ sample: Wire.Sample, now: () -> UInt64) -> Wire.Message {
    let waited = isWaiting ? now() &- waitingSince : 0
    let result = compute(sample)
    let record = self.record(of: result, sample, waitTicks: UInt32(clamping: waited))
    records.add(record)
    isWaiting = samples.isEmpty
    waitingSince = now()
    return sample.mode == .infer ? output(of: result, sample) : .step(record)
  }

  private mutating func compute(_ sample: Wire.Sample) -> StepResult {
    let input = sample.input.prefix(engine.inputBytes).map(Int8.init(bitPattern:))
    let target = StepTarget(
      label: Int(sample.label), values: Self.values(ofTarget: sample.input.dropFirst(engine.inputBytes)))
    switch sample.mode {
    case .train:
      return engine.train(input, target: target, update: StepUpdate(sample))
    case .evaluate: return engine.evaluate(input, target: target)
    case .infer: return engine.infer(input)
    }
  }

  /// Little-endian on the wire.
  private static func values(ofTarget bytes: ArraySlice<UInt8>) -> [Int16] {
    stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
      Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
    }
  }

  private func output(of result: StepResult, _ sample: Wire.Sample) -> Wire.Message {
    let codes = result.output.prefix(Wire.Output.maximumCodes).map(UInt8.init(bitPattern:))
    return .output(
      .init(
        run: run, index: sample.index, prediction: UInt16(result.prediction), codes: codes))
  }

  private func record(
    of result: StepResult, _ sample: Wire.Sample, waitTicks: UInt32
  ) -> Wire.Step {
    let trainingStep = trainingStep
    let hasDigest = sample.mode == .train && trainingStep % Self.digestInterval == 0
    return Wire.Step(
      run: run, index: sample.index, mode: sample.mode, lossQ16: result.lossQ16,
      prediction: UInt16(result.prediction), label: sample.label,
      correct: result.prediction == Int(sample.label) ? 1 : 0, trainingStep: trainingStep,
      waitTicks: waitTicks, forwardTicks: result.ticks.forward,
      backwardTicks: result.ticks.backward, updateTicks: result.ticks.update,
      saturated: UInt32(result.saturated), unchanged: UInt32(result.unchanged),
      stackHighWaterBytes: 0, overruns: 0, framingErrors: 0, noiseErrors: 0,
      flags: hasDigest ? Wire.Step.digestFlag : 0, digest: hasDigest ? digest : 0)
  }
}

extension StepUpdate {
  fileprivate init(_ sample: Wire.Sample) {
    self.init(
      rate: StepRate(mantissa: sample.rateMantissa, shift: UInt32(sample.rateShift)), momentum: sample.momentum,
      decay: sample.decay, applies: !sample.isHeld)
  }
}

extension Wire.Sample {
  /// Bit 0 of `flags`: the step goes into the velocity alone.
  fileprivate var isHeld: Bool { flags & 1 != 0 }
}

extension Wire.Step {
  /// Bit 0 of `flags`: `digest` is present.
  static let digestFlag: UInt8 = 1
  /// Bit 1 of `flags`: answered from the ring of records.
  static let repeatedFlag: UInt8 = 2
}

extension Wire.Output {
  /// Most output codes in one answer (Protocol/schema.json).
  static let maximumCodes = 600
}
