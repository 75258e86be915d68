/// The time as the link sees it: a duration since some fixed moment, and a way to wait. Tests put
/// their own in its place.
package struct LinkClock: Sendable {
  package let now: @Sendable () -> Duration
  /// Returns when `now` has reached the moment given, or throws `CancellationError`.
  package let sleepUntil: @Sendable (Duration) async throws -> Void

  package init(
    now: @escaping @Sendable () -> Duration,
    sleepUntil: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.now = now
    self.sleepUntil = sleepUntil
  }

  /// Time since this clock was made, on the system's monotonic clock.
  package static var system: LinkClock {
    let start = ContinuousClock.now
    return LinkClock(
      now: { start.duration(to: .now) },
      sleepUntil: { try await ContinuousClock().sleep(until: start + $0) })
  }
}
