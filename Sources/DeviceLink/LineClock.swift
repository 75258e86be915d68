/// How far what was written is ahead of a serial line. The kernel takes much more than it should: a
/// pty 13.8 KB, 150 ms at 921,600 baud, and a frame that is sent again would wait behind all of it.
///
/// The byte clock knows what was written and how fast the line is; where the driver counts what
/// waits (TIOCOUTQ), the larger of the two holds, since a probe's own buffer is in neither.
package struct LineClock: Sendable {
  /// Frames are chosen while less than this much line waits.
  package static let fullLead = Duration.milliseconds(4)
  /// Frames are chosen again when no more than this is left.
  package static let lowLead = Duration.milliseconds(2)

  package let bitsPerSecond: Int
  /// When the line has sent all that was written.
  private var idleAt = Duration.zero

  package init(bitsPerSecond: Int) {
    precondition(bitsPerSecond > 0, "a line of \(bitsPerSecond) baud")
    self.bitsPerSecond = bitsPerSecond
  }

  package mutating func wrote(_ byteCount: Int, now: Duration) {
    idleAt = max(idleAt, now) + lineTime(byteCount)
  }

  /// - Parameter unsentByteCount: what the driver says that waits; 0 where it cannot say.
  package func lead(now: Duration, unsentByteCount: Int) -> Duration {
    max(idleAt - now, lineTime(unsentByteCount), .zero)
  }

  /// Start bit, eight bits, stop bit.
  package func lineTime(_ byteCount: Int) -> Duration {
    .nanoseconds(Int64(byteCount) * 10_000_000_000 / Int64(bitsPerSecond))
  }
}
