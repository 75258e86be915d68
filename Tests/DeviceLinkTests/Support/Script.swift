import DeviceLink
import FaultSimulation
import WireProtocol

/// A run of samples of all modes, the same for every device and line.
enum Script {
  static let run: UInt64 = 0x1234_5678_9ABC
  static let seed: UInt32 = 7
  static let firstIndex: UInt32 = 5

  static let begin = Wire.Message.runBegin(
    .init(run: run, seed: seed, firstIndex: firstIndex, flags: 1))
  static let end = Wire.Message.runEnd(.init(run: run))

  /// Two in three are trained on, the others evaluated or inferred in turn.
  static func sample(_ number: Int) -> DeviceSample {
    var random = SplitMix(seed: UInt64(number))
    let modes: [Wire.SampleMode] = [.train, .train, .evaluate, .train, .train, .infer]
    return DeviceSample(
      index: firstIndex + UInt32(number), mode: modes[number % 6],
      label: Int(random.next() % UInt64(ToyStep.classCount)),
      rateMantissa: 1 << 30 | UInt32(random.next() >> 35), rateShift: UInt8(30 + number % 9),
      input: (0..<ToyStep.inputBytes).map { _ in Int8(truncatingIfNeeded: random.next()) },
      target: (0..<ToyStep.targetBytes / 2).map { _ in Int16(truncatingIfNeeded: random.next()) })
  }

  /// The same as it goes over the line.
  static func wireSample(_ number: Int) -> Wire.Sample {
    let sample = sample(number)
    let target = sample.mode == .infer ? [] : sample.target.flatMap { [UInt8($0 & 255), UInt8($0 >> 8 & 255)] }
    return Wire.Sample(
      run: run, index: sample.index, mode: sample.mode,
      label: sample.mode == .infer ? 0 : UInt16(sample.label), rateMantissa: sample.rateMantissa,
      rateShift: sample.rateShift, momentum: sample.momentum, decay: sample.decay, flags: sample.isHeld ? 1 : 0,
      input: sample.input.map(UInt8.init(bitPattern:)) + target)
  }

  static func samples(_ count: Int) -> [DeviceSample] { (0..<count).map(sample) }
}

extension SampleAnswer {
  /// The answer without what may differ from one time to the next: times, and whether it was kept.
  var essence: SampleAnswer {
    guard case .step(var step) = self else { return self }
    (step.waitTicks, step.forwardTicks, step.backwardTicks, step.updateTicks) = (0, 0, 0, 0)
    step.flags &= ~2
    return .step(step)
  }
}

extension Simulation {
  /// What a whole run of the script leaves behind.
  struct Outcome: Equatable {
    var answers: [SampleAnswer] = []
    var digest: UInt64 = 0
    var trainingStep: UInt32 = 0
    var nextIndex: UInt32 = 0

    /// The first thing in which two outcomes differ; empty for none.
    func difference(from expected: Outcome) -> String {
      if answers.map(\.index) != expected.answers.map(\.index) {
        return "answers to \(answers.map(\.index)), expected \(expected.answers.map(\.index))"
      }
      for (found, expected) in zip(answers, expected.answers) where found != expected {
        return "answer \(found), expected \(expected)"
      }
      return self == expected ? "" : "digest \(digest) after step \(trainingStep)"
    }
  }

  /// Begins the run, submits the samples as fast as the window takes them, ends the run.
  ///
  /// - Returns: nil when the run did not come to its end.
  mutating func runScript(_ samples: [DeviceSample]) throws(DeviceLinkError) -> Outcome? {
    start()
    guard try call(Script.begin)?.get() != nil else { return nil }
    return try finishScript(samples)
  }

  /// The rest of the script, in a run that is open.
  mutating func finishScript(_ samples: [DeviceSample]) throws(DeviceLinkError) -> Outcome? {
    for sample in samples {
      guard run(until: { !$0.host.mustWait }) else { return nil }
      try submit(sample)
    }
    guard case .runReport(let report)? = try call(Script.end)?.get() else { return nil }
    return Outcome(
      answers: answers, digest: report.digest, trainingStep: report.trainingStep,
      nextIndex: report.nextIndex)
  }

  /// The answers that have come, without what may differ from one time to the next.
  var answers: [SampleAnswer] {
    effects.compactMap { if case .answer(let answer) = $0 { answer.essence } else { nil } }
  }
}
