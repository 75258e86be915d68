import WireProtocol

/// What the conversation is told, which a trace records with its time.
///
/// Invariant: a `nextFrame` that returns nil has changed nothing, and a `tick` that did something
/// has effects. So a trace holds every event that matters to what is sent.
extension DeviceLink {
  func begin(expecting expected: ExpectedHashes?, timeout: Duration) {
    let now = clock.now()
    if trace != nil {
      traceZero = LinkTrace.wallClock &- UInt64(clamping: now.nanoseconds)
      record(
        .note(
          .begin(
            TraceSession(
              name: name, session: session, zero: traceZero, policy: policy, expected: expected,
              timeout: timeout, speed: speed))), now)
    }
    conversation.start(expecting: expected, timeout: timeout, now: now)
  }

  func receive(_ bytes: [UInt8]) -> [Conversation.Effect] {
    let now = clock.now()
    record(.received(bytes), now)
    return conversation.receive(bytes, now: now)
  }

  func nextFrame() -> [UInt8]? {
    let now = clock.now()
    guard let frame = conversation.nextFrame(now: now) else { return nil }
    record(.sent(frame), now)
    return frame
  }

  func tick() -> [Conversation.Effect] {
    let now = clock.now()
    let effects = conversation.tick(now: now)
    if !effects.isEmpty { record(.note(.tick), now) }
    return effects
  }

  func lineChanged(to baud: Int) -> [Conversation.Effect] {
    let now = clock.now()
    record(.note(.line(baud)), now)
    return conversation.lineChanged(to: baud, now: now)
  }

  func send(_ requests: [Wire.Message]) -> (ids: [Conversation.CallID], effects: [Conversation.Effect]) {
    let now = clock.now()
    for request in requests { record(.note(.call(request)), now) }
    return conversation.call(requests, now: now)
  }

  func send(_ sample: DeviceSample) throws(DeviceLinkError) {
    let now = clock.now()
    let message = try conversation.submit(sample, now: now)
    record(.note(.sample(message)), now)
  }

  func close(because error: DeviceLinkError) -> [Conversation.Effect] {
    if !conversation.isOver { record(.note(.end(error.description)), clock.now()) }
    trace?.flush()
    return conversation.close(error)
  }

  private func record(_ record: @autoclosure () -> TraceRecord, _ now: Duration) {
    trace?.write(record(), stamp: traceZero &+ UInt64(clamping: now.nanoseconds))
  }
}

extension Duration {
  /// Whole nanoseconds, rounded down.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
