import WireProtocol

/// What the device says, message by message.
extension Conversation {
  mutating func received(_ message: Wire.Message, now: Duration) -> [Effect] {
    switch message {
    case .step(let step): return answered(.step(step), now: now)
    case .output(let output): return answered(.output(output), now: now)
    case .errorReport(let report): return complained(report, now: now)
    case .speedReport(let report): return speedReported(report, now: now)
    case .linkTestReport(let report) where report.number & SpeedTest.numberMark != 0:
      return speedTested(report, now: now)
    case .timeReport(let report):
      clockAnswered(report, now: now)
      return []
    case .runReport, .digestReport, .segmentData, .segmentWritten, .linkCountersReport,
      .linkTestReport, .stateKept:
      return callAnswered(message, now: now)
    case .log(let log): return tell(.log(log), now: now)
    case .gap(let gap): return tell(.gap(gap), now: now)
    case .pause(let pause): return paused(pause, now: now)
    case .crashReport(let crash): return tell(.crash(crash), now: now)
    case .crashRegisters(let registers): return tell(.registers(registers), now: now)
    case .hostHello, .deviceHello, .deviceInfo, .refuse, .runBegin, .runEnd, .resetState, .digest, .time,
      .stateKeep, .segmentRead, .segmentWrite, .sample, .speedPropose, .speedCommit, .linkCounters, .linkTest:
      return close(.unexpected(name: name, what: "a \(message.kind) came"))
    }
  }

  private mutating func paused(_ pause: Wire.Pause, now: Duration) -> [Effect] {
    let time = min(Duration.milliseconds(Int64(pause.milliseconds)), Self.longestPause)
    pausedUntil = now + time
    endpoint.expectSilence(until: pausedUntil.microseconds)
    return tell(.pause(pause), now: now)
  }

  /// What the device paused for is done: its silence is a fault again.
  mutating func endPause(now: Duration) {
    pausedUntil = now
    endpoint.expectSilence(until: now.microseconds)
  }

  private mutating func tell(_ event: DeviceEvent, now: Duration) -> [Effect] {
    floodGate.pass(event, now: now).map { .tell($0) }
  }

  private mutating func complained(_ report: Wire.ErrorReport, now: Duration) -> [Effect] {
    if isAboutSpeed(report) { return speedUnknown(now: now) }
    if isAboutSample(report) {
      guard let sample = inFlight.first else { return tell(.complaint(report), now: now) }
      return endRun(.rejected(name: name, what: "sample \(sample.index)", report: report))
    }
    guard sentCalls > 0, let call = calls.first else { return tell(.complaint(report), now: now) }
    let error = DeviceLinkError.rejected(name: name, what: "\(call.request.kind)", report: report)
    return [finishFirstCall(.failure(error), now: now)]
  }

  private func isAboutSample(_ report: Wire.ErrorReport) -> Bool {
    switch report.code {
    case .noRun, .indexAhead, .indexForgotten, .inputSize, .labelRange, .rateRange, .velocityMissing: true
    case .malformedMessage, .unknownMessage, .messageTooLong:
      report.context == UInt32(Wire.MessageKind.sample.rawValue)
    case .wrongRun:
      if case .runEnd = calls.first?.request { false } else { true }
    case .runActive, .segmentUnknown, .segmentRange, .deviceFault: false
    }
  }
}

extension Wire.Message {
  var kind: Wire.MessageKind { type(of: content).kind }
}
