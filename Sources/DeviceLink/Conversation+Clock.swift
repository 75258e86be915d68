import WireProtocol

/// The comparison of the two clocks: a TIME of some twenty bytes every few seconds, and a few at once
/// when a connection begins.
extension Conversation {
  /// Which host time a tick of the device belongs to; nil where its counter has no known rate.
  package var clock: ClockAlignment? { clockAlignment }

  private static let clockInterval = Duration.seconds(2)
  private static let firstClockInterval = Duration.milliseconds(100)
  private static let firstReadings = 4
  /// An answer that has not come by then will say nothing any more.
  private static let clockPatience = Duration.seconds(10)

  mutating func beginClock(of info: Wire.DeviceInfo, isReboot: Bool, now: Duration) {
    clockAskedAt = nil
    clockDue = now
    if info.counterHertz == 0 {
      clockAlignment = nil
    } else if clockAlignment == nil || isReboot {
      clockAlignment = ClockAlignment(hertz: info.counterHertz)
    }
  }

  var clockDeadline: Duration? {
    guard phase == .connected, clockAlignment != nil else { return nil }
    return clockAskedAt.map { $0 + Self.clockPatience } ?? clockDue
  }

  mutating func tickClock(now: Duration) -> [Effect] {
    guard let clockDeadline, now >= clockDeadline else { return [] }
    clockAskedAt = now
    send(.time(.init(hostMicroseconds: now.microseconds)))
    return [.wake]
  }

  /// An answer to a question of an older connection says nothing.
  mutating func clockAnswered(_ report: Wire.TimeReport, now: Duration) {
    guard let askedAt = clockAskedAt, report.hostMicroseconds == askedAt.microseconds else { return }
    clockAlignment?.take(report.ticks, askedAt: askedAt, now: now)
    clockAskedAt = nil
    let isNew = (clockAlignment?.readings ?? 0) < Self.firstReadings
    clockDue = now + (isNew ? Self.firstClockInterval : policy.clockInterval ?? Self.clockInterval)
  }
}
