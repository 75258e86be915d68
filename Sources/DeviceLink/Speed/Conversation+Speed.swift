import WireProtocol

/// The line's speed: what the negotiation wants, in terms of the conversation.
extension Conversation {
  /// At a rate that the device leaves when it is reset, silence is soon suspicious.
  private static let patienceAtSpeed = Duration.seconds(1)

  /// Bits per second the line runs at; nil without a plan.
  package var lineBaud: Int? { speed?.baud }

  /// The fastest rate that proved good, for the next time.
  package var bestBaud: Int? { speed?.remembered }

  /// What came of each rate, where the plan is to try all.
  package var speedTrials: [SpeedTrial] { speed?.trials ?? [] }

  /// The driver has changed the rate, or has refused and left it as it was.
  package mutating func lineChanged(to baud: Int, now: Duration) -> [Effect] {
    act(on: speed?.lineChanged(to: baud, now: now) ?? [], now: now) + [.wake]
  }

  mutating func seekSpeed(now: Duration) -> [Effect] {
    act(on: speed?.connectionLost(now: now) ?? [], now: now)
  }

  mutating func tuneSpeed(now: Duration) -> [Effect] {
    heardAt = now
    guard speed != nil, let device else { return open(now: now) }
    let ladder = device.info.bauds.map { Int($0.bitsPerSecond) }
    return act(on: speed?.connected(ladder: ladder, now: now) ?? [], now: now)
  }

  mutating func speedReported(_ report: Wire.SpeedReport, now: Duration) -> [Effect] {
    act(on: speed?.reported(report, now: now) ?? [], now: now)
  }

  mutating func speedTested(_ report: Wire.LinkTestReport, now: Duration) -> [Effect] {
    let traffic = statistics
    return act(on: speed?.answered(report, traffic: traffic, now: now) ?? [], now: now)
  }

  func isAboutSpeed(_ report: Wire.ErrorReport) -> Bool {
    report.code == .unknownMessage && report.context == UInt32(Wire.MessageKind.speedPropose.rawValue)
  }

  mutating func speedUnknown(now: Duration) -> [Effect] {
    act(on: speed?.unknownToDevice() ?? [], now: now)
  }

  mutating func tickSpeed(now: Duration) -> [Effect] {
    if let silenceDeadline, now >= silenceDeadline { endpoint.restart(.silence, now: now.microseconds) }
    guard let deadline = speed?.deadline, now >= deadline else { return [] }
    let heardAt = heardAt
    return act(on: speed?.tick(heardAt: heardAt, now: now) ?? [], now: now) + [.wake]
  }

  var speedDeadline: Duration? {
    [speed?.deadline, silenceDeadline].compactMap(\.self).min()
  }

  private var silenceDeadline: Duration? {
    guard let speed, phase == .connected, speed.isFast else { return nil }
    return max(heardAt, pausedUntil) + Self.patienceAtSpeed
  }

  private mutating func act(on actions: [SpeedNegotiation.Action], now: Duration) -> [Effect] {
    actions.flatMap { action -> [Effect] in
      switch action {
      case .send(let message):
        send(message)
        return []
      case .setLine(let baud): return [.setLine(baud)]
      case .finish:
        guard phase == .tuning, let baud = lineBaud else { return [] }
        return [.tell(.lineSpeed(baud))] + open(now: now)
      }
    }
  }
}
