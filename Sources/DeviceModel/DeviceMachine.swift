import WireProtocol

/// A whole device as a pure state machine: a session and its end of the link. The Swift twin of
/// `struct session` in Firmware/runtime/session.h, with the same calls.
///
/// Invariants:
/// - No message or sample is taken while an answer waits for room in the link.
/// - Outputs are not kept but computed again, so no step changes the weights before every OUTPUT is
///   acknowledged.
package struct DeviceMachine<Engine: StepEngine> {
  private let identity: DeviceIdentity
  private var session: DeviceSession<Engine>
  private var endpoint: DeviceEndpoint
  /// Events that are not handled yet, and answers that have found no room yet.
  private var events: ArraySlice<LinkEvent> = []
  private var answers: ArraySlice<Wire.Message> = []
  /// An OUTPUT is on its way.
  private var outputIsTold = false

  /// The training state is the one kept last, or else the initial one with seed 0.
  package init(engine: Engine, identity: DeviceIdentity, keptStates: KeptStates? = nil) {
    self.identity = identity
    session = DeviceSession(engine: engine, keptStates: keptStates)
    endpoint = DeviceEndpoint(identity: session.info(identity))
  }

  /// Takes bytes from the line. Times are nanoseconds since boot, which are the device's ticks too.
  package mutating func receive(_ bytes: [UInt8], now: UInt64) {
    endpoint.receive(bytes, now: now / 1000)
    takeEvents(now: now)
  }

  /// Runs at most one step, when a sample waits. True when another one waits.
  package mutating func poll(now: () -> UInt64) -> Bool {
    takeEvents(now: now())
    if answers.isEmpty, endpoint.isIdle { outputIsTold = false }
    guard hasSentAnswers(), session.hasSample, !(outputIsTold && session.nextSampleTrains) else {
      return false
    }
    let new = session.runNextSample(now: now)
    outputIsTold = outputIsTold || new.contains { if case .output = $0 { true } else { false } }
    answers += new
    return session.hasSample
  }

  /// The next frame for the line; nil when there is nothing to send now.
  package mutating func nextFrame(now: UInt64) -> [UInt8]? {
    takeEvents(now: now)
    endpoint.identity = session.info(identity)
    endpoint.sampleCreditBytes = session.freeSampleBytes
    return endpoint.nextFrame(now: now / 1000)
  }

  /// When `nextFrame` may have something though nothing happened; nil for never.
  package var deadline: UInt64? { endpoint.deadline.map { $0.multipliedClamping(by: 1000) } }

  private mutating func takeEvents(now: UInt64) {
    events += endpoint.takeEvents()
    if let change = events.lastIndex(where: \.isConnectionChange) {
      events = events[(change + 1)...]
      answers = []
      outputIsTold = false
      session.connect()
    }
    while hasSentAnswers(), let event = events.popFirst() {
      switch event {
      case .message(.linkCounters): answers.append(.linkCountersReport(.init(endpoint.statistics)))
      case .message(let message): answers += session.receive(message, ticks: now)
      case .malformed(let error): answers.append(session.answer(to: error))
      case .connected, .disconnected, .refused: break
      }
    }
  }

  /// Hands answers to the link; true when none is left.
  private mutating func hasSentAnswers() -> Bool {
    while let answer = answers.first, endpoint.send(answer) { answers.removeFirst() }
    return answers.isEmpty
  }
}

extension LinkEvent {
  /// What came before it belongs to a connection that is gone.
  fileprivate var isConnectionChange: Bool {
    switch self {
    case .connected, .disconnected: true
    case .refused, .message, .malformed: false
    }
  }
}

extension UInt64 {
  fileprivate func multipliedClamping(by factor: UInt64) -> UInt64 {
    let (product, overflows) = multipliedReportingOverflow(by: factor)
    return overflows ? .max : product
  }
}
