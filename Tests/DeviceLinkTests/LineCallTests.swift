import FaultSimulation
import Testing
import WireProtocol

/// Calls about the line: patterns, counters, speeds, and what the device says of it by itself.
struct LineCallTests {
  @Test(
    arguments: DeviceKind.allCases,
    [(1, 0, 0), (2, 600, 10), (0xFFFF_FFF0, 64, 600), (7, 601, 1), (8, 65_535, 0)] as [(UInt32, UInt16, Int)])
  func linkTest_isAnsweredWithThePattern(_ kind: DeviceKind, _ row: (number: UInt32, answerBytes: UInt16, bytes: Int)) {
    var line = RawLine(kind.boot())
    let count = min(UInt32(row.answerBytes), 600)
    let expected = Wire.LinkTestReport(
      number: row.number, receivedBytes: UInt16(row.bytes),
      pattern: (0..<count).map { UInt8((UInt64(167) * UInt64(row.number &+ $0) + 13) & 255) })
    let test = Wire.LinkTest(
      number: row.number, answerBytes: row.answerBytes, pattern: [UInt8](repeating: 0xAA, count: row.bytes))
    #expect(line.ask(.linkTest(test)) == [.linkTestReport(expected)])
  }

  @Test(arguments: DeviceKind.allCases)
  func linkCounters_areAnswered(_ kind: DeviceKind) throws {
    var line = RawLine(kind.boot())
    _ = line.ask(Script.begin)
    guard case .linkCountersReport(let report)? = line.ask(.linkCounters(.init())).first else {
      return #expect(Bool(false), "no report")
    }
    #expect(report.framesReceived >= 3 && report.framesSent >= 2)
    #expect(report.damaged == 0 && report.malformed == 0 && report.bytesDropped == 0)
  }

  @Test(arguments: DeviceKind.allCases)
  func speed_ofALineWithout_isRefused(_ kind: DeviceKind) {
    var line = RawLine(kind.boot())
    #expect(
      line.ask(.speedPropose(.init(bitsPerSecond: 115_200)))
        == [.speedReport(.init(bitsPerSecond: 115_200, state: .refused))])
    #expect(
      line.ask(.speedCommit(.init(bitsPerSecond: 0))) == [.speedReport(.init(bitsPerSecond: 0, state: .refused))])
  }

  // MARK: Speeds of a line that has them

  private static let ladder: [UInt32] = [921_600, 115_200, 2_000_000]

  private func propose(_ speed: UInt32, _ line: inout RawLine) -> [Wire.Message] {
    line.ask(.speedPropose(.init(bitsPerSecond: speed)))
  }

  private func commit(_ speed: UInt32, _ line: inout RawLine) -> [Wire.Message] {
    line.ask(.speedCommit(.init(bitsPerSecond: speed))).filter { if case .log = $0 { false } else { true } }
  }

  private func report(_ speed: UInt32, _ state: Wire.SpeedState) -> [Wire.Message] {
    [.speedReport(.init(bitsPerSecond: speed, state: state))]
  }

  private func fallBacks(_ messages: [Wire.Message]) -> [[UInt32]] {
    messages.compactMap {
      guard case .log(let log) = $0, log.event == Wire.LogEvent.speedFellBack.rawValue else { return nil }
      return [log.first, log.second]
    }
  }

  @Test func speed_thatTheClockCannotMake_changesNothing() {
    let device = FirmwareDevice(bootID: 1, ladder: Self.ladder)
    var line = RawLine(device)
    #expect(propose(1_000_000, &line) == report(1_000_000, .refused))
    #expect(commit(115_200, &line) == report(115_200, .refused))
    #expect(device.speeds.isEmpty)
  }

  @Test func speed_proposedAndCommitted_staysUntilSilence() {
    let device = FirmwareDevice(bootID: 1, ladder: Self.ladder)
    var line = RawLine(device)
    #expect(propose(2_000_000, &line) == report(2_000_000, .testing))
    #expect(device.speeds == [2_000_000])
    #expect(commit(2_000_000, &line) == report(2_000_000, .committed))
    line.beSilent(forMilliseconds: 1_900)
    #expect(device.speeds == [2_000_000])
    line.beSilent(forMilliseconds: 200)
    #expect(device.speeds == [2_000_000, 921_600])
    #expect(fallBacks(line.listen()) == [[2_000_000, 921_600]])
  }

  @Test func speed_notCommitted_goesBackToTheOneBefore() {
    let device = FirmwareDevice(bootID: 1, ladder: Self.ladder)
    var line = RawLine(device)
    _ = propose(2_000_000, &line)
    _ = commit(2_000_000, &line)
    _ = propose(115_200, &line)
    line.beSilent(forMilliseconds: 1_001)
    #expect(device.speeds == [2_000_000, 115_200, 2_000_000])
    #expect(commit(115_200, &line) == report(115_200, .refused))
    line.beSilent(forMilliseconds: 2_100)
    #expect(device.speeds == [2_000_000, 115_200, 2_000_000, 921_600])
  }

  /// The answer is the last thing said at the old speed, and it has left the line.
  @Test func speed_changesWhenTheLineIsDrained() {
    let device = FirmwareDevice(bootID: 1, ladder: Self.ladder)
    var line = RawLine(device)
    device.isDrained = false
    #expect(propose(115_200, &line) == report(115_200, .testing))
    #expect(device.speeds.isEmpty)
    device.isDrained = true
    _ = line.listen()
    #expect(device.speeds == [115_200])
  }

  /// An answer that nobody acknowledges changes nothing.
  @Test func speed_whoseAnswerIsLost_staysAsItIs() {
    let device = FirmwareDevice(bootID: 1, ladder: Self.ladder)
    var line = RawLine(device)
    line.tell(.speedPropose(.init(bitsPerSecond: 115_200)))
    line.beSilent(forMilliseconds: 1_500)
    #expect(device.speeds.isEmpty)
    #expect(fallBacks(line.listen()).isEmpty)
  }

  // MARK: Notices

  /// Told until a connection has acknowledged it, and never again.
  @Test func crash_isToldOnce() {
    let device = FirmwareDevice(bootID: 1, hasCrashed: true)
    var line = RawLine(device, deaf: 100)
    func crashes() -> Int { line.listen().filter { if case .crashReport = $0 { true } else { false } }.count }
    line.reconnect()
    #expect(crashes() == 1)
    line.reconnect()
    #expect(crashes() == 0)
  }

  @Test func lineErrors_areToldOnceForEachChangeAndAtMostOnceASecond() {
    let device = FirmwareDevice(bootID: 1)
    var line = RawLine(device)
    func tell(_ errors: UInt32) -> [[UInt32]] {
      device.lineErrors.overruns = errors
      return line.listen().compactMap {
        guard case .log(let log) = $0 else { return nil }
        return [UInt32(log.event), log.first, log.second]
      }
    }
    let event = UInt32(Wire.LogEvent.lineErrors.rawValue)
    #expect(tell(3) == [[event, 3, 0]])
    device.lineErrors.overruns = 4
    #expect(tell(5) == [[event, 5, 0]], "two changes within a second")
    line.beSilent(forMilliseconds: 1_000)
    #expect(tell(5) == [])
  }
}
