/// Which host time a tick of the device's counter belongs to, and how far off that may be.
///
/// Each question and its answer bound the moment of the device's tick by the two host times, however
/// the delay divides between the two ways (Cristian 1989, "Probabilistic clock synchronization"). Of
/// the latest eight the one with the shortest round trip counts, since queues only ever lengthen one
/// (the clock filter of NTP, RFC 5905, section 10). The rate of the device's counter follows from the
/// best answers of the first eight and the latest four.
package struct ClockAlignment: Equatable, Sendable {
  /// One answer.
  struct Reading: Equatable, Sendable {
    /// Halfway between question and answer.
    var host: Duration
    var ticks: UInt64
    var roundTrip: Duration
  }

  private static let filterLength = 8
  /// Of a board on its internal oscillator (RM0385 and RM0090: 1 % over temperature), until it is measured.
  private static let unmeasuredDrift = 0.01
  /// Seconds since boot that no device has, and that a `Duration` holds.
  private static let longestTime = 1e10

  /// Ticks a second, as the device names them.
  let hertz: Double
  private var first: [Reading] = []
  private var latest: [Reading] = []

  init(hertz: UInt32) { self.hertz = Double(hertz) }

  mutating func take(_ ticks: UInt64, askedAt: Duration, now: Duration) {
    // A counter that goes backwards is another boot's, or lies: begin anew.
    if let last = latest.last, ticks < last.ticks { (first, latest) = ([], []) }
    let reading = Reading(host: askedAt + (now - askedAt) / 2, ticks: ticks, roundTrip: now - askedAt)
    if first.count < Self.filterLength { first.append(reading) }
    latest.append(reading)
    if latest.count > Self.filterLength { latest.removeFirst() }
  }

  package var readings: Int { latest.count }

  /// Shortest round trip of the latest answers.
  package var roundTrip: Duration? { best(of: latest)?.roundTrip }

  /// How much faster than it says the counter runs, in parts of one, and how far off that may be; nil
  /// until two answers lie a second apart, or where the counter stands still.
  package var drift: (value: Double, bound: Double)? {
    guard let old = best(of: first), let new = best(of: latest.suffix(Self.filterLength / 2)) else { return nil }
    let elapsed = (new.host - old.host).inSeconds
    guard elapsed >= 1, new.ticks > old.ticks else { return nil }
    let value = Double(new.ticks - old.ticks) / hertz / elapsed - 1
    return (value, (old.roundTrip + new.roundTrip).inSeconds / 2 / elapsed)
  }

  /// The host time of a tick, and the most it may be off; nil before the first answer, and for what no
  /// clock says.
  package func hostTime(ofTick ticks: UInt64) -> (time: Duration, bound: Duration)? {
    guard hertz > 0, let anchor = best(of: latest) else { return nil }
    let drift = drift
    let elapsed = (Double(ticks) - Double(anchor.ticks)) / hertz / (1 + (drift?.value ?? 0))
    guard abs(elapsed) < Self.longestTime else { return nil }
    let bound = anchor.roundTrip.inSeconds / 2 + abs(elapsed) * (drift?.bound ?? Self.unmeasuredDrift)
    return (anchor.host + .seconds(elapsed), .seconds(bound))
  }

  /// How far the device's clock is from this end's, both counted from their own zero, and the bound.
  package var offset: (value: Duration, bound: Duration)? {
    guard hertz > 0, let anchor = best(of: latest) else { return nil }
    let seconds = Double(anchor.ticks) / hertz
    guard seconds < Self.longestTime else { return nil }
    return (.seconds(seconds) - anchor.host, anchor.roundTrip / 2)
  }

  private func best(of readings: some Sequence<Reading>) -> Reading? { readings.min { $0.roundTrip < $1.roundTrip } }
}

extension Duration {
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
