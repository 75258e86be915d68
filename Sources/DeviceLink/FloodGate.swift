/// Lets what a device tells through at the pace of a reader, and counts the rest: a device that
/// never stops talking costs neither memory nor a full log.
struct FloodGate: Sendable {
  private static let burst = 50.0
  private static let perSecond = 5.0

  private var room = burst
  private var refilledAt = Duration.zero
  private var dropped = 0

  /// The event, after a count of those that were dropped before it; nothing when it is one too many.
  mutating func pass(_ event: DeviceEvent, now: Duration) -> [DeviceEvent] {
    room = min(Self.burst, room + (now - refilledAt).inSeconds * Self.perSecond)
    refilledAt = now
    guard room >= 1 else {
      dropped += 1
      return []
    }
    room -= 1
    defer { dropped = 0 }
    return (dropped > 0 ? [.tooMuch(dropped)] : []) + [event]
  }
}
