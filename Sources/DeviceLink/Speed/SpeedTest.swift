import WireProtocol

/// LINK_TESTs over a line at a new rate. The first one only shows that the device is there; losses
/// count from its answer on.
struct SpeedTest: Equatable, Sendable {
  /// Numbers of these tests have it set, so that a late answer is known for what it is.
  static let numberMark: UInt32 = 0x8000_0000
  private static let patternBytes = 256
  /// On their way at once: a firmware holds about as much while it answers.
  private static let inFlight: UInt32 = 4
  private static let measuringTime = Duration.milliseconds(300)
  /// Two of each pattern: at 115,200 baud, and with a firmware that takes the next test when it has sent its answer, that is
  /// half of the second a device waits for a commit.
  private static let fewestAnswers: UInt32 = 10
  /// Frames lost of all, at most.
  private static let mostLoss = 1e-3

  let baud: Int
  private var sent: UInt32 = 1
  private var received: UInt32 = 0
  private var before = LinkStatistics()
  private var endsAt = Duration.zero

  init(baud: Int) { self.baud = baud }

  var first: Wire.Message { Self.test(0) }

  /// Enough is sent, and all of it answered.
  private(set) var isOver = false

  /// - Returns: what to send next.
  mutating func answered(
    _ report: Wire.LinkTestReport, traffic: LinkStatistics, now: Duration
  ) -> [Wire.Message] {
    // What was sent at a rate before this one is answered at this one.
    guard report.number & Self.numberMark != 0, report.number & ~Self.numberMark == received else { return [] }
    received += 1
    if received == 1 {
      before = traffic
      endsAt = now + Self.measuringTime
    }
    guard now < endsAt || received < Self.fewestAnswers else {
      isOver = received == sent
      return []
    }
    let room = received + Self.inFlight - sent
    defer { sent += room }
    return (sent..<sent + room).map(Self.test)
  }

  func isGood(_ traffic: LinkStatistics) -> Bool {
    let (frames, lost) = losses(traffic)
    return Double(lost) < Self.mostLoss * Double(max(frames, 1))
  }

  func losses(_ traffic: LinkStatistics) -> (frames: Int, lost: Int) {
    (
      traffic.framesSent - before.framesSent + traffic.framesReceived - before.framesReceived,
      traffic.framesResent - before.framesResent + traffic.damaged - before.damaged
    )
  }

  /// Levels that stay, that change with every bit and in between, and bytes of all kinds.
  private static func test(_ number: UInt32) -> Wire.Message {
    let constants: [UInt8] = [0x00, 0xFF, 0x55, 0xAA]
    let kind = Int(number % 5)
    let pattern = (0..<patternBytes).map { index in
      kind < 4 ? constants[kind] : UInt8(truncatingIfNeeded: (UInt32(index) &+ number) &* 2_654_435_761 >> 24)
    }
    return .linkTest(
      .init(number: number | numberMark, answerBytes: UInt16(patternBytes), pattern: pattern))
  }
}
