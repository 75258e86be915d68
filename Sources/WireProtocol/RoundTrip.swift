/// Estimates the round trip (Jacobson and Karels, 1988) and the wait that follows from it.
/// Microseconds.
struct RoundTrip: Sendable {
  private static let firstTimeout: UInt64 = 100_000
  private static let timeoutRange: ClosedRange<UInt64> = 20_000...500_000
  /// Of the clocks, and of a peer that is scheduled late.
  private static let slack: UInt64 = 10_000
  private static let maximumBackoff = 3

  private(set) var smoothed: UInt64?
  private(set) var shortest = UInt64.max
  private var deviation: UInt64 = 0
  private var backoff = 0

  mutating func measure(_ elapsed: UInt64) {
    shortest = min(shortest, elapsed)
    guard let before = smoothed else {
      smoothed = elapsed
      deviation = elapsed / 2
      return
    }
    let distance = max(before, elapsed) - min(before, elapsed)
    deviation = (3 * deviation + distance) / 4
    smoothed = (7 * before + elapsed) / 8
  }

  mutating func progressed() { backoff = 0 }

  /// The peer is there: what does not arrive is lost to the line, and waiting longer mends nothing.
  mutating func heard() { backoff = min(backoff, 1) }

  mutating func expired() { backoff = min(backoff + 1, Self.maximumBackoff) }

  /// How long an answer takes at most, as a rule; nil before the first measurement.
  var usual: UInt64? { smoothed.map { $0 + 2 * deviation } }

  /// How long nothing may arrive before a frame is sent again.
  var timeout: UInt64 {
    let base = smoothed.map { $0 + 4 * deviation + Self.slack } ?? Self.firstTimeout
    let range = Self.timeoutRange
    let clamped = min(max(base, range.lowerBound), range.upperBound)
    return min(clamped << UInt64(backoff), range.upperBound)
  }
}
