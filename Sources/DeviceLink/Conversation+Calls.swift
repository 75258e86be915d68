import WireProtocol

/// Calls: requests with one answer each, several on their way at once.
extension Conversation {
  /// Queues requests, to be answered in order by `finish`.
  package mutating func call(
    _ requests: [Wire.Message], now: Duration
  ) -> (ids: [CallID], effects: [Effect]) {
    let new = requests.map { Call(id: newCallID(), request: $0) }
    let ids = new.map(\.id)
    if case .over(let error) = phase { return (ids, ids.map { .finish($0, .failure(error)) }) }
    calls += new
    sendCalls(now: now)
    return (ids, [])
  }

  /// Sends calls that may go. The end of a run waits for the samples before it, which control
  /// messages overtake on the line.
  mutating func sendCalls(now: Duration) {
    guard phase == .connected else { return }
    while sentCalls < min(calls.count, policy.callsInFlight) {
      if case .runEnd = calls[sentCalls].request, !inFlight.isEmpty { return }
      calls[sentCalls].sentAt = now
      send(calls[sentCalls].request)
      sentCalls += 1
    }
  }

  mutating func callAnswered(_ answer: Wire.Message, now: Duration) -> [Effect] {
    guard sentCalls > 0, let call = calls.first, answer.answers(call.request) else {
      return close(.unexpected(name: name, what: "a \(answer.kind) came that answers nothing"))
    }
    if case .runReport(let report) = answer {
      runOnDevice = report.state == .running ? report.run : nil
    }
    if case .stateKept = answer { endPause(now: now) }
    let finish = finishFirstCall(.success(answer), now: now)
    return openOrEndRun(after: call.request) + [finish]
  }

  private mutating func openOrEndRun(after request: Wire.Message) -> [Effect] {
    switch request {
    case .runBegin(let begin):
      run = begin.run
      runError = nil
      return []
    case .runEnd(let end) where end.run == run: return endRun(nil)
    default: return []
    }
  }

  /// Takes the first call out of the queue, and sends the one that moves up.
  mutating func finishFirstCall(
    _ result: Result<Wire.Message, DeviceLinkError>, now: Duration
  ) -> Effect {
    let call = calls.removeFirst()
    sentCalls -= 1
    sendCalls(now: now)
    return .finish(call.id, result)
  }

  mutating func failCalls(_ error: DeviceLinkError) -> [Effect] {
    defer {
      calls = []
      sentCalls = 0
    }
    return calls.map { .finish($0.id, .failure(error)) }
  }
}

extension Wire.Message {
  /// Whether this is the device's answer to `request`, down to segment and offset.
  fileprivate func answers(_ request: Wire.Message) -> Bool {
    switch (request, self) {
    case (.runBegin, .runReport), (.runEnd, .runReport), (.resetState, .runReport),
      (.digest, .digestReport), (.linkCounters, .linkCountersReport), (.stateKeep, .stateKept):
      true
    case (.linkTest(let test), .linkTestReport(let report)): test.number == report.number
    case (.segmentRead(let read), .segmentData(let data)):
      read.segment == data.segment && read.offset == data.offset
    case (.segmentWrite(let write), .segmentWritten(let written)):
      write.segment == written.segment && write.offset == written.offset
        && write.data.count == Int(written.count)
    default: false
    }
  }
}
