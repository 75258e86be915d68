import WireProtocol

/// The host's side of the protocol, as a pure state machine: it is told what happened, says what
/// came of it, and hands out the frames to write. Times are durations since any fixed moment.
///
/// Invariants:
/// - `calls` are answered in the order in which they stand; the first `sentCalls` of them are sent.
/// - `inFlight` holds the samples sent and not answered, oldest first, all of `run`.
/// - After a broken connection every unanswered call and sample is sent again, in order. The device
///   makes that harmless: calls are idempotent, samples are applied once.
/// - Nothing is sent except in phase `connected`.
package struct Conversation {
  package enum Phase: Equatable, Sendable {
    /// `start` comes first.
    case new
    /// Hellos go out until one is answered, or until the deadline.
    case greeting(deadline: Duration)
    /// The device answered; until the line's speed is found, only the negotiation speaks.
    case tuning
    /// The device answered and may be spoken to.
    case connected
    /// Nothing more will come of this link.
    case over(DeviceLinkError)
  }

  /// What came of an event, for those who wait, in order.
  package enum Effect: Equatable, Sendable {
    /// The call has its answer.
    case finish(CallID, Result<Wire.Message, DeviceLinkError>)
    case answer(SampleAnswer)
    /// The run ends: as it should (nil), or because it cannot go on.
    case endRun(DeviceLinkError?)
    case tell(DeviceEvent)
    /// Write everything that is left to write, change the line's rate, then say `lineChanged`.
    case setLine(Int)
    /// Phase or window changed: whoever waits for them looks again.
    case wake
  }

  package struct CallID: Hashable, Sendable {
    package let number: Int
  }

  struct Call {
    let id: CallID
    let request: Wire.Message
    var sentAt: Duration = .zero
  }

  /// A device that asks for more is not waited for: a flash erase takes seconds.
  static let longestPause = Duration.seconds(600)

  let name: String
  let policy: RetryPolicy
  package internal(set) var phase = Phase.new
  /// The device that answered last.
  package internal(set) var device: DeviceDescription?
  /// The open run; nil for none.
  package internal(set) var run: UInt64?
  /// The run that is open on the device, ours or one that a host before us left.
  package internal(set) var runOnDevice: UInt64?
  /// Why the last run could not go on; nil when it ended as it should.
  package internal(set) var runError: DeviceLinkError?
  var endpoint: HostEndpoint
  var expected: ExpectedHashes?
  var calls: [Call] = []
  var sentCalls = 0
  var inFlight: [Wire.Sample] = []
  /// nil where the line has no rate, or a pinned one.
  var speed: SpeedNegotiation?
  var clockAlignment: ClockAlignment?
  /// When the TIME on its way was sent; nil for none.
  var clockAskedAt: Duration?
  var clockDue = Duration.zero
  var floodGate = FloodGate()
  /// Silence until then is no fault: the device said so.
  var pausedUntil = Duration.zero
  /// When the last frame came.
  var heardAt = Duration.zero
  /// When the last sample was answered, or the first one sent.
  var progressAt = Duration.zero
  /// How long the greeting may take.
  private var patience = Duration.zero
  private var callCount = 0

  /// - Parameter speed: how the line finds its rate; nil to leave it as it is.
  package init(name: String, policy: RetryPolicy, session: UInt64, speed: SpeedPlan? = nil) {
    self.name = name
    self.policy = policy
    self.speed = speed.map(SpeedNegotiation.init)
    endpoint = HostEndpoint(session: session)
  }

  package var isOver: Bool {
    if case .over = phase { true } else { false }
  }

  /// Bytes that messages are cut into now, given how often this line loses frames.
  package var fragmentBytes: Int { endpoint.fragmentBytes }

  package var statistics: LinkStatistics { endpoint.statistics }

  mutating func newCallID() -> CallID {
    callCount += 1
    return CallID(number: callCount)
  }
}

extension Conversation {
  package mutating func start(
    expecting expected: ExpectedHashes?, timeout: Duration, now: Duration
  ) {
    precondition(phase == .new, "the conversation has begun")
    self.expected = expected
    _ = greet(for: timeout, now: now)
  }

  private mutating func greet(for timeout: Duration, now: Duration) -> [Effect] {
    patience = timeout
    phase = .greeting(deadline: now + timeout)
    return seekSpeed(now: now)
  }

  /// Takes bytes from the transport.
  package mutating func receive(_ bytes: [UInt8], now: Duration) -> [Effect] {
    let before = statistics.framesReceived
    endpoint.receive(bytes, now: now.microseconds)
    if statistics.framesReceived != before { heardAt = now }
    return raiseEvents(now: now)
  }

  /// The next frame to write; nil when there is none now. To be asked after anything that happened
  /// and at `deadline`; `tick` afterwards says what came of it.
  package mutating func nextFrame(now: Duration) -> [UInt8]? {
    if phase == .new || isOver || speed?.isHolding == true { return nil }
    return endpoint.nextFrame(now: now.microseconds)
  }

  /// Gives up what has waited for too long.
  package mutating func tick(now: Duration) -> [Effect] {
    let effects = tickSpeed(now: now) + tickClock(now: now) + raiseEvents(now: now)
    guard let limit, now >= limit else { return effects }
    return effects + giveUp()
  }

  /// When `nextFrame` or `tick` has something to do though nothing happened; nil for never.
  package var deadline: Duration? {
    if phase == .new || isOver { return nil }
    let link = Duration.microseconds(Int64(clamping: endpoint.deadline))
    return [limit, speedDeadline, clockDeadline, speed?.isHolding == true ? nil : link].compactMap(\.self).min()
  }

  /// The link is over: everything that waits fails.
  package mutating func close(_ error: DeviceLinkError) -> [Effect] {
    if isOver { return [] }
    phase = .over(error)
    return failCalls(error) + endRun(error) + [.wake]
  }

  /// When what waits for the device has waited for too long.
  package var limit: Duration? {
    switch phase {
    case .new, .tuning, .over: return nil
    case .greeting(let deadline): return deadline
    case .connected:
      // A call may wait for the samples before it, so its time begins with their last answer.
      if !inFlight.isEmpty { return max(progressAt, pausedUntil) + policy.stepTimeout }
      return sentCalls > 0 ? max(calls[0].sentAt, progressAt, pausedUntil) + policy.callTimeout : nil
    }
  }

  private mutating func giveUp() -> [Effect] {
    guard phase == .connected else { return close(.noAnswer(name: name, waited: patience)) }
    // Answers match calls by their order alone, so a call given up would spoil those behind it.
    if let sample = inFlight.first {
      let what = "sample \(sample.index)"
      return close(.unanswered(name: name, what: what, waited: policy.stepTimeout))
    }
    let what = "\(calls[0].request.kind)"
    return close(.unanswered(name: name, what: what, waited: policy.callTimeout))
  }

  private mutating func raiseEvents(now: Duration) -> [Effect] {
    endpoint.takeEvents().flatMap { event in
      switch event {
      case .connected(let info?): connected(info, now: now)
      case .connected(nil): [Effect]()
      case .disconnected: disconnected(now: now)
      case .refused(let refusal): refused(refusal)
      case .message(let message): received(message, now: now)
      case .malformed(let error): close(.unexpected(name: name, what: error.description))
      }
    }
  }
}

extension Conversation {
  /// A new connection stands.
  private mutating func connected(_ info: Wire.DeviceInfo, now: Duration) -> [Effect] {
    guard case .greeting = phase else { return [] }
    let found = DeviceDescription(info)
    do {
      try expected?.check(found, name: name)
    } catch {
      return close(error)
    }
    if let fault = found.fault { return close(.unexpected(name: name, what: fault)) }
    let before = device
    device = found
    beginClock(of: info, isReboot: before.map(found.isReboot) ?? true, now: now)
    runOnDevice = info.state == .running ? info.run : nil
    var effects: [Effect] = []
    if let before {
      effects.append(.tell(.connectionRestored(found)))
      if let reason = lossOfState(from: before, to: found) { effects += abandon(because: reason) }
    }
    phase = .tuning
    return effects + tuneSpeed(now: now)
  }

  /// The connection stands and the line is as fast as it gets: what waits is sent.
  mutating func open(now: Duration) -> [Effect] {
    phase = .connected
    sendAgain(now: now)
    return [.wake]
  }

  /// The line fell silent, or the device began anew.
  private mutating func disconnected(now: Duration) -> [Effect] {
    guard phase == .connected || phase == .tuning else { return [] }
    return greet(for: policy.connectTimeout, now: now) + [.tell(.connectionLost)]
  }

  /// The device answered the hello with a refusal.
  private mutating func refused(_ refusal: Wire.Refuse) -> [Effect] {
    switch refusal.code {
    case .schema:
      close(.otherSchema(name: name, found: refusal.schemaHash, expected: Wire.schemaHash))
    case .protocolVersion:
      close(
        .refused(
          name: name,
          reason: "it speaks protocol \(refusal.protocolMinimum) to \(refusal.protocolMaximum), "
            + "this program \(Wire.minimumVersion) to \(Wire.version): build the firmware again"))
    case .busy: close(.refused(name: name, reason: refusal.text))
    }
  }

  private func lossOfState(from before: DeviceDescription, to found: DeviceDescription) -> String? {
    if found.isReboot(of: before) { return "the device rebooted" }
    guard let run, found.info.run != run else { return nil }
    return "the device was taken over by run \(found.info.run)"
  }

  /// What was asked of the old training state has no answer any more.
  private mutating func abandon(because reason: String) -> [Effect] {
    let error = DeviceLinkError.stateLost(name: name, run: run ?? 0, reason: reason)
    return failCalls(error) + endRun(error)
  }

  private mutating func sendAgain(now: Duration) {
    progressAt = now
    sentCalls = 0
    for sample in inFlight { send(.sample(sample)) }
    sendCalls(now: now)
  }

  /// Refused by an endpoint whose connection has just broken: the next one sends everything again.
  mutating func send(_ message: Wire.Message) {
    _ = endpoint.send(message)
  }
}
