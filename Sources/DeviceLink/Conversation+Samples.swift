import WireProtocol

/// Samples: a window of them on their way, so that the next one arrives while a step runs.
extension Conversation {
  /// Most samples on their way: those the device holds and some at hand, but no more than the
  /// device keeps records of, so that every answer can be had again.
  package var window: Int {
    guard let info = device?.info else { return 1 }
    let held = min(Int(info.sampleSlots) + policy.samplesAhead, Int(info.recordSlots))
    return min(max(1, held), Self.largestWindow)
  }

  /// What this side holds is bounded, whatever a device says.
  private static let largestWindow = 256

  /// True while the window is full: `submit` has to wait for an answer.
  package var mustWait: Bool { run != nil && inFlight.count >= window }

  /// Puts a sample into the window, which has room. Without a connection it waits there.
  ///
  /// - Throws: `.badSample`, `.noRun`, or why the run or the link is over; nothing is sent then.
  /// - Returns: what goes over the line.
  @discardableResult
  package mutating func submit(_ sample: DeviceSample, now: Duration) throws(DeviceLinkError) -> Wire.Sample {
    if case .over(let error) = phase { throw error }
    guard let run, let device else { throw runError ?? .noRun(name: name) }
    try sample.check(for: device, name: name)
    precondition(!mustWait, "\(inFlight.count) samples on their way in a window of \(window)")
    let message = sample.message(run: run)
    accept(message, now: now)
    return message
  }

  /// A sample that `submit` has checked, now or when a trace was recorded.
  mutating func accept(_ message: Wire.Sample, now: Duration) {
    if inFlight.isEmpty { progressAt = now }
    inFlight.append(message)
    if phase == .connected { send(.sample(message)) }
  }

  /// An answer that nobody waits for is one that came twice.
  mutating func answered(_ answer: SampleAnswer, now: Duration) -> [Effect] {
    guard answer.run == run,
      let position = inFlight.firstIndex(where: { $0.index == answer.index })
    else { return [] }
    inFlight.remove(at: position)
    progressAt = now
    sendCalls(now: now)
    return [.answer(answer), .wake]
  }

  /// Closes the run on this side; `error` is nil when it ended as it should.
  mutating func endRun(_ error: DeviceLinkError?) -> [Effect] {
    guard run != nil else { return [] }
    run = nil
    runError = error
    inFlight = []
    return [.endRun(error), .wake]
  }
}

extension Duration {
  /// Whole microseconds, rounded down, never negative.
  var microseconds: UInt64 {
    let (seconds, attoseconds) = components
    return UInt64(clamping: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }
}
