import Glibc

/// How virtual time follows real time.
package enum Pace: String, CaseIterable, Sendable {
  /// Never ahead of it. Behind it when the emulator is slower than the board; what is lost then is not caught up with.
  case real
  /// As fast as the emulator can; only a board that sleeps with nothing on its line waits for the host.
  case free
}

/// Says up to where virtual time may go now.
struct Pacing {
  private let pace: Pace
  /// Real time minus virtual time, in nanoseconds.
  private var offset: Int64?
  /// A board may catch up with so much; more would let its timers run out all at once.
  private static let lagNanoseconds: Int64 = 20_000_000

  init(_ pace: Pace) { self.pace = pace }

  /// How far virtual time may go; at most `now` when it has to wait.
  mutating func limit(now: VirtualTime, isIdle: Bool) -> VirtualTime {
    let real = Self.nanoseconds
    let virtual = Int64(now / 1000)
    let known = offset ?? real - virtual
    switch pace {
    case .free where !isIdle:
      offset = real - virtual
      return .max
    case .free, .real:
      offset = max(known, real - virtual - Self.lagNanoseconds)
      return VirtualTime(max(0, real - (offset ?? known))) * 1000
    }
  }

  private static var nanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
