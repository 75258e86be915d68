import WireProtocol

/// Finds the fastest rate of a line that loses less than one frame in a thousand, as a pure state
/// machine (Protocol/SPEC.md, "Line speed").
///
/// A rate is proposed at the one in use; the device says `testing` and changes once that answer is
/// acknowledged; the host changes too, sends LINK_TESTs both ways and commits, or goes back and lets
/// the device fall back by itself, which it does `speedTestMilliseconds` after its change.
///
/// Invariants:
/// - `trusted` is the standard rate or one that the device has committed to: what the line goes back to.
/// - Rates that failed, and all above them, are not tried again by this end (`ceiling`).
struct SpeedNegotiation: Sendable {
  enum State: Equatable, Sendable {
    /// Nothing to do: the rate is found, or there is none to find.
    case resting
    /// Nobody answers: the rates at which the device may be are tried in turn.
    case seeking(until: Duration)
    /// SPEED_PROPOSE is on its way.
    case proposing(Int, deadline: Duration)
    /// The line is to change once everything is out.
    case changing(Int)
    /// Nothing is sent, so that the device, which may be slower to change, misses nothing.
    case settling(Int, until: Duration)
    /// LINK_TESTs go both ways.
    case testing(SpeedTest, deadline: Duration)
    /// SPEED_COMMIT is on its way.
    case committing(Int, deadline: Duration)
    /// The line goes back to `trusted`.
    case returning
    /// Nothing is sent until the device has gone back as well.
    case waiting(until: Duration)
  }

  enum Action: Equatable, Sendable {
    case send(Wire.Message)
    /// Change the rate once everything is out, then say `lineChanged`.
    case setLine(Int)
    /// The line's rate is found: others may speak.
    case finish
  }

  /// As long as two hellos, and their answers.
  static let seekDwell = Duration.milliseconds(450)
  /// Latency of a USB adapter (16 ms), and what the device takes to change.
  static let settleTime = Duration.milliseconds(20)
  /// What is left of the device's patience is for the commit.
  static let testTime = Duration.milliseconds(800)
  static let fallBackTime = Duration.milliseconds(Int64(Wire.speedTestMilliseconds) + 50)
  static let answerTime = Duration.seconds(1)

  private(set) var state = State.resting
  /// The rate of the line now.
  private(set) var baud: Int
  private(set) var trusted: Int
  private let standard: Int
  /// The best rate known, from earlier or from this climb.
  private(set) var remembered: Int?
  /// Whether to try rate by rate; otherwise `remembered` at once, and no other.
  private var isClimbing = true
  /// Whether a connection stands.
  private var isLinked = false
  private var ceiling = Int.max
  private var ladder: [Int] = []
  private var changedAt = Duration.zero
  /// Whether every rate is tried, and what came of those that were, in their order.
  private let isSurvey: Bool
  private(set) var trials: [SpeedTrial] = []
  /// Of the rate that is being committed to.
  private var measured = (frames: 0, lost: 0)

  init(_ plan: SpeedPlan) {
    standard = plan.standardBaud
    baud = plan.standardBaud
    trusted = plan.standardBaud
    isSurvey = plan.triesEveryRate ?? false
    remembered = isSurvey ? nil : plan.rememberedBaud
  }

  /// Nothing may be sent.
  var isHolding: Bool {
    switch state {
    case .settling, .waiting: true
    case .resting, .seeking, .proposing, .changing, .testing, .committing, .returning: false
    }
  }

  /// A device that is reset is not at this rate any more.
  var isFast: Bool { baud != standard }

  /// When `tick` has something to do.
  var deadline: Duration? {
    switch state {
    case .resting, .changing, .returning: nil
    case .seeking(let moment), .proposing(_, let moment), .settling(_, let moment), .testing(_, let moment),
      .committing(_, let moment), .waiting(let moment):
      moment
    }
  }
}

extension SpeedNegotiation {
  /// A device answered the hello, at `baud`.
  mutating func connected(ladder: [Int], now: Duration) -> [Action] {
    self.ladder = Array(Set(ladder)).sorted()
    isLinked = true
    // The answer came while the line was on its way back: the search goes on when it is there.
    if state == .returning || isHolding { return [] }
    trusted = baud
    if let best = remembered, best > trusted, !self.ladder.contains(best) { remembered = nil }
    isClimbing = remembered == nil
    return proposeNext(now: now)
  }

  /// The connection is lost. A device that was reset is at the standard rate, one that lives is where
  /// it was until it has heard nothing for a while.
  mutating func connectionLost(now: Duration) -> [Action] {
    isLinked = false
    if case .proposing(let baud, _) = state { note(baud, .silent) }
    switch state {
    case .resting, .proposing, .seeking:
      state = .seeking(until: now + Self.seekDwell)
      return []
    case .changing(let baud), .settling(let baud, _), .committing(let baud, _): return goBack(from: baud)
    case .testing(let test, _): return goBack(from: test.baud)
    case .returning, .waiting: return []
    }
  }

  /// The first word on a rate stays.
  private mutating func note(_ baud: Int, _ outcome: SpeedTrial.Outcome, frames: Int = 0, lost: Int = 0) {
    guard isSurvey, !trials.contains(where: { $0.baud == baud }) else { return }
    trials.append(SpeedTrial(baud: baud, outcome: outcome, frames: frames, lost: lost))
  }

  mutating func reported(_ report: Wire.SpeedReport, now: Duration) -> [Action] {
    switch (state, report.state) {
    case (.proposing(let baud, _), .testing) where report.bitsPerSecond == baud:
      state = .changing(baud)
      return [.setLine(baud)]
    case (.proposing(let baud, _), .refused) where report.bitsPerSecond == baud:
      note(baud, .refusedByDevice)
      ladder.removeAll { $0 == baud }
      return proposeNext(now: now)
    case (.committing(let baud, _), .committed) where report.bitsPerSecond == baud:
      trusted = baud
      remembered = baud > standard || !isSurvey ? baud : nil
      note(baud, .good, frames: measured.frames, lost: measured.lost)
      return proposeNext(now: now)
    case (.committing(let baud, _), .refused) where report.bitsPerSecond == baud:
      return goBack(from: baud)
    default:
      return []  // of a rate that was given up
    }
  }

  /// The device knows nothing of line speeds.
  mutating func unknownToDevice() -> [Action] {
    guard case .proposing = state else { return [] }
    return rest()
  }

  /// The line has another rate, or, when the driver did not take it, the old one.
  mutating func lineChanged(to actual: Int, now: Duration) -> [Action] {
    baud = actual
    changedAt = now
    switch state {
    case .changing(let wanted):
      guard wanted == actual else {
        note(wanted, .refusedHere)
        ceiling = min(ceiling, wanted)
        state = .waiting(until: now + Self.fallBackTime)
        return []
      }
      state = .settling(actual, until: now + Self.settleTime)
    case .returning: state = .waiting(until: now + Self.fallBackTime)
    case .resting, .seeking, .proposing, .settling, .testing, .committing, .waiting: break
    }
    return []
  }

  mutating func answered(_ report: Wire.LinkTestReport, traffic: LinkStatistics, now: Duration) -> [Action] {
    guard case .testing(var test, let deadline) = state else { return [] }
    let messages = test.answered(report, traffic: traffic, now: now)
    guard test.isOver else {
      state = .testing(test, deadline: deadline)
      return messages.map { .send($0) }
    }
    let losses = test.losses(traffic)
    guard test.isGood(traffic) else {
      note(test.baud, .lossy, frames: losses.frames, lost: losses.lost)
      return goBack(from: test.baud)
    }
    measured = losses
    state = .committing(test.baud, deadline: changedAt + Self.fallBackTime)
    return [.send(.speedCommit(.init(bitsPerSecond: UInt32(test.baud))))]
  }

  /// - Parameter heardAt: when the last frame came.
  mutating func tick(heardAt: Duration, now: Duration) -> [Action] {
    guard let deadline, now >= deadline else { return [] }
    switch state {
    case .resting, .changing, .returning: return []
    case .seeking where heardAt + Self.seekDwell > now:
      // Someone is here, and is telling who it is.
      state = .seeking(until: heardAt + Self.seekDwell)
      return []
    case .seeking:
      let places = [standard, trusted, remembered ?? standard]
      let next = places.first { $0 != baud } ?? standard
      state = .seeking(until: now + Self.seekDwell)
      return next == baud ? [] : [.setLine(next)]
    case .proposing(let baud, _):
      note(baud, .silent)
      return isSurvey ? proposeNext(now: now) : rest()
    case .settling(let baud, _):
      let test = SpeedTest(baud: baud)
      state = .testing(test, deadline: changedAt + Self.testTime)
      return [.send(test.first)]
    case .testing(let test, _): return goBack(from: test.baud)
    case .committing(let baud, _): return goBack(from: baud)
    case .waiting: return proposeNext(now: now)
    }
  }

  private mutating func goBack(from failed: Int) -> [Action] {
    note(failed, .silent)
    ceiling = min(ceiling, failed)
    if let best = remembered, best >= failed {
      remembered = nil
      isClimbing = true
    }
    state = .returning
    return [.setLine(trusted)]
  }

  /// The rate that was good the last time, or else one step up.
  private mutating func proposeNext(now: Duration) -> [Action] {
    guard isLinked else {
      state = .seeking(until: now + Self.seekDwell)
      return []
    }
    guard let next = next else { return rest() }
    state = .proposing(next, deadline: now + Self.answerTime)
    return [.send(.speedPropose(.init(bitsPerSecond: UInt32(next))))]
  }

  private var next: Int? {
    if isSurvey { return ladder.first { baud in !trials.contains { $0.baud == baud } } }
    let open = ladder.filter { $0 > trusted && $0 < ceiling }
    return isClimbing ? open.first : open.first { $0 == remembered }
  }

  private mutating func rest() -> [Action] {
    state = .resting
    return [.finish]
  }
}
