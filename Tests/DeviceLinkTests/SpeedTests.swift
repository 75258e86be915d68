import DeviceLink
import FaultSimulation
import Testing
import WireProtocol

/// The search for the line's rate, against both kinds of device, on a line that damages everything
/// while the two rates differ, in virtual time.
struct SpeedTests {
  /// Which device's end of the search.
  enum End: String, CaseIterable, CustomTestStringConvertible {
    /// Written for this test, from the specification.
    case scripted
    /// The firmware's C.
    case firmware

    var testDescription: String { rawValue }

    fileprivate func boot(_ bootID: UInt32 = 1) -> any Device {
      switch self {
      case .scripted: ScriptedDevice(standard: SpeedTests.ladder[0], ladder: SpeedTests.ladder, bootID: bootID)
      case .firmware: RealDevice(ladder: SpeedTests.ladder, bootID: bootID)
      }
    }
  }

  fileprivate protocol Device {
    var baud: Int { get }
    mutating func receive(_ bytes: [UInt8], _ milliseconds: Int)
    mutating func nextFrame(_ milliseconds: Int) -> [UInt8]?
    /// - Parameter isDrained: whether everything the device has written is on the line.
    mutating func tick(_ milliseconds: Int, isDrained: Bool)
  }

  private struct RealDevice: Device {
    let device: FirmwareDevice
    let standard: Int

    init(ladder: [Int], bootID: UInt32) {
      device = FirmwareDevice(bootID: bootID, ladder: ladder.map { UInt32($0) })
      standard = ladder[0]
    }

    var baud: Int { device.speeds.last.map { Int($0) } ?? standard }

    func receive(_ bytes: [UInt8], _ milliseconds: Int) { device.receive(bytes, now: UInt32(milliseconds)) }

    func nextFrame(_ milliseconds: Int) -> [UInt8]? {
      device.nextFrame(capacity: 1023, now: UInt32(milliseconds))
    }

    func tick(_ milliseconds: Int, isDrained: Bool) {
      device.isDrained = isDrained
      while device.poll(now: UInt32(milliseconds)) {}
    }
  }

  /// Around a link endpoint in Swift.
  private struct ScriptedDevice: Device {
    var endpoint: DeviceEndpoint
    var baud: Int
    let standard: Int
    var pending: Int?
    var committed: Int
    var changedAt: Int?
    var heardAt = 0
    /// Whether it knows nothing of line speeds, as a firmware of before.
    var isOld = false

    init(standard: Int, ladder: [Int], bootID: UInt32) {
      endpoint = DeviceEndpoint(identity: .speedToy(ladder: ladder, bootID: bootID))
      baud = standard
      self.standard = standard
      committed = standard
    }

    mutating func receive(_ bytes: [UInt8], _ milliseconds: Int) {
      let before = endpoint.statistics.framesReceived
      endpoint.receive(bytes, now: UInt64(milliseconds) * 1000)
      if endpoint.statistics.framesReceived != before { heardAt = milliseconds }
      for case .message(let message) in endpoint.takeEvents() { take(message) }
    }

    private mutating func take(_ message: Wire.Message) {
      switch message {
      case .speedPropose where isOld:
        _ = endpoint.send(
          .errorReport(
            .init(
              category: .message, code: .unknownMessage,
              context: UInt32(Wire.MessageKind.speedPropose.rawValue), text: "unknown")))
      case .speedPropose(let propose):
        pending = Int(propose.bitsPerSecond)
        _ = endpoint.send(.speedReport(.init(bitsPerSecond: propose.bitsPerSecond, state: .testing)))
      case .speedCommit(let commit):
        let isRight = Int(commit.bitsPerSecond) == baud
        if isRight { (committed, changedAt) = (baud, nil) }
        _ = endpoint.send(
          .speedReport(.init(bitsPerSecond: commit.bitsPerSecond, state: isRight ? .committed : .refused)))
      case .linkTest(let test):
        let pattern = (0..<Int(test.answerBytes)).map { UInt8(truncatingIfNeeded: 167 * (Int(test.number) + $0) + 13) }
        _ = endpoint.send(
          .linkTestReport(
            .init(number: test.number, receivedBytes: UInt16(test.pattern.count), pattern: pattern)))
      case .digest:
        _ = endpoint.send(.digestReport(.init(digest: 7, trainingStep: 0, run: 0, nextIndex: 0)))
      default: break
      }
    }

    mutating func nextFrame(_ milliseconds: Int) -> [UInt8]? {
      endpoint.nextFrame(now: UInt64(milliseconds) * 1000)
    }

    mutating func tick(_ milliseconds: Int, isDrained: Bool) {
      guard isDrained else { return }
      if let wanted = pending, endpoint.isIdle { (baud, pending, changedAt) = (wanted, nil, milliseconds) }
      if let changedAt, milliseconds >= changedAt + Int(Wire.speedTestMilliseconds) {
        (baud, self.changedAt) = (committed, nil)
      }
      if baud != standard, milliseconds >= heardAt + Int(Wire.speedSilenceMilliseconds) {
        (baud, committed) = (standard, standard)
      }
    }
  }

  /// Both ends and the line between them.
  private struct Bench {
    var host: Conversation
    var device: any Device
    var hostBaud: Int
    /// Above it one byte in 200 is damaged.
    var goodUpTo = Int.max
    var milliseconds = 0
    var effects: [Conversation.Effect] = []
    /// The rates that the host's line was set to.
    var tried: [Int] = []
    private var random = SplitMix(seed: 3)
    private var nextBaud: Int?
    private var toHost: [UInt8] = []
    private var toDevice: [UInt8] = []

    init(_ device: any Device, plan: SpeedPlan?) {
      self.device = device
      hostBaud = plan?.standardBaud ?? device.baud
      host = Conversation(name: "line", policy: RetryPolicy(), session: 5, speed: plan)
      host.start(expecting: nil, timeout: .seconds(20), now: .zero)
    }

    var now: Duration { .milliseconds(milliseconds) }

    mutating func replaceHost(plan: SpeedPlan) {
      host = Conversation(name: "line", policy: RetryPolicy(), session: 6, speed: plan)
      (hostBaud, nextBaud) = (plan.standardBaud, nil)
      host.start(expecting: nil, timeout: .seconds(20), now: now)
    }

    mutating func run(limit: Int = 30_000, until isDone: (Bench) -> Bool) -> Bool {
      let end = milliseconds + limit
      while milliseconds < end, !isDone(self) { advance() }
      return isDone(self)
    }

    private mutating func advance() {
      milliseconds += 1
      let perMillisecond = hostBaud / 10_000
      while toHost.count < 4 * perMillisecond,
        let frame = device.nextFrame(milliseconds)
      {
        toHost += frame
      }
      take(host.receive(line(toHost.prefix(perMillisecond)), now: now))
      toHost.removeFirst(min(perMillisecond, toHost.count))
      while toDevice.count < 4 * perMillisecond, let frame = host.nextFrame(now: now) { toDevice += frame }
      take(host.tick(now: now))
      device.receive(line(toDevice.prefix(perMillisecond)), milliseconds)
      toDevice.removeFirst(min(perMillisecond, toDevice.count))
      device.tick(milliseconds, isDrained: toHost.isEmpty)
      if toDevice.isEmpty, let baud = nextBaud {
        (hostBaud, nextBaud) = (baud, nil)
        take(host.lineChanged(to: baud, now: now))
      }
    }

    private mutating func take(_ new: [Conversation.Effect]) {
      for case .setLine(let baud) in new {
        nextBaud = baud
        tried.append(baud)
      }
      effects += new
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      let chance = hostBaud != device.baud ? 1 : hostBaud > goodUpTo ? 0.005 : 0
      return bytes.map { random.chance(chance) ? $0 ^ UInt8(1 + random.next() % 255) : $0 }
    }
  }

  fileprivate static let ladder = [115_200, 230_400, 460_800, 921_600, 2_000_000]

  private func bench(_ end: End, remembered: Int? = nil) -> Bench {
    Bench(
      end.boot(),
      plan: SpeedPlan(standardBaud: 115_200, rememberedBaud: remembered))
  }

  @Test(arguments: End.allCases) func ladder_isClimbedToItsTop(_ end: End) {
    var bench = bench(end)
    #expect(bench.run { $0.host.phase == .connected })
    #expect(bench.tried == Array(Self.ladder.dropFirst()))
    #expect((bench.hostBaud, bench.device.baud) == (2_000_000, 2_000_000))
    #expect(bench.host.bestBaud == 2_000_000)
    #expect(bench.effects.contains(.tell(.lineSpeed(2_000_000))))
    #expect(bench.milliseconds < 4 * 500)
  }

  /// An examination's: rates that fail do not end it, and slower ones are tried too.
  @Test(arguments: End.allCases) func survey_triesEveryRate_andEndsAtTheBest(_ end: End) {
    var bench = Bench(end.boot(), plan: SpeedPlan(standardBaud: 115_200, rememberedBaud: 460_800, triesEveryRate: true))
    bench.goodUpTo = 460_800
    #expect(bench.run { $0.host.phase == .connected })
    let trials = bench.host.speedTrials
    #expect(trials.map(\.baud) == Self.ladder)
    #expect(trials.prefix(3).allSatisfy { $0.outcome == .good && $0.frames > 30 && $0.lost == 0 }, "\(trials)")
    #expect(trials.suffix(2).allSatisfy { $0.outcome == .lossy || $0.outcome == .silent })
    #expect((bench.hostBaud, bench.device.baud) == (460_800, 460_800))
    #expect(bench.host.bestBaud == 460_800)
  }

  @Test(arguments: End.allCases) func rememberedRate_isTriedAtOnce(_ end: End) {
    var bench = bench(end, remembered: 921_600)
    #expect(bench.run { $0.host.phase == .connected })
    #expect(bench.tried == [921_600])
    #expect((bench.hostBaud, bench.device.baud) == (921_600, 921_600))
    #expect(bench.milliseconds < 500)
  }

  @Test(arguments: End.allCases, Self.ladder) func lineThatIsBadAboveARate_endsAtThatRate(_ end: End, _ good: Int) {
    for remembered in [nil, 2_000_000] {
      var bench = bench(end, remembered: remembered)
      bench.goodUpTo = good
      #expect(bench.run { $0.host.phase == .connected })
      #expect((bench.hostBaud, bench.device.baud) == (good, good))
      let (ids, _) = bench.host.call([.digest(.init())], now: bench.now)
      #expect(
        bench.run { bench in
          bench.effects.contains { if case .finish(ids[0], .success) = $0 { true } else { false } }
        })
      #expect(bench.host.bestBaud == (good == 115_200 ? nil : good))
    }
  }

  /// At every moment of the search in turn: the device is reset, and is back at the standard rate.
  @Test(arguments: End.allCases) func deviceThatIsReset_isFoundAgain(_ end: End) {
    for moment in stride(from: 1, to: 1600, by: 37) {
      var bench = bench(end)
      _ = bench.run(limit: moment) { _ in false }
      bench.device = end.boot(2)
      #expect(
        bench.run(limit: 7000) {
          $0.host.phase == .connected && $0.host.device?.info.bootID == 2 && $0.hostBaud == $0.device.baud
        }, "reset after \(moment) ms")
    }
  }

  /// At every moment of the search in turn: the host dies, and another begins at the standard rate.
  @Test(arguments: End.allCases) func hostThatDies_isFollowedByAnother(_ end: End) {
    for moment in stride(from: 1, to: 1600, by: 37) {
      for remembered in [nil, 921_600] {
        var bench = bench(end)
        _ = bench.run(limit: moment) { _ in false }
        bench.replaceHost(plan: SpeedPlan(standardBaud: 115_200, rememberedBaud: remembered))
        let start = bench.milliseconds
        #expect(
          bench.run(limit: 8000) { $0.host.phase == .connected && $0.hostBaud == $0.device.baud },
          "died after \(moment) ms")
        #expect(bench.milliseconds - start < 6000, "died after \(moment) ms")
      }
    }
  }

  @Test(arguments: End.allCases) func fastLineThatFallsSilent_isSearchedAgainWithinSeconds(_ end: End) {
    var bench = bench(end)
    #expect(bench.run { $0.host.phase == .connected })
    bench.device = end.boot(2)
    let start = bench.milliseconds
    #expect(bench.run { $0.host.device?.info.bootID == 2 && $0.host.phase == .connected })
    #expect(bench.hostBaud == 2_000_000)
    #expect(bench.milliseconds - start < 3000)
  }

  @Test func deviceThatKnowsNoSpeeds_staysWhereItIs() {
    var old = ScriptedDevice(standard: 115_200, ladder: Self.ladder, bootID: 1)
    old.isOld = true
    var bench = Bench(old, plan: SpeedPlan(standardBaud: 115_200))
    #expect(bench.run(limit: 100) { $0.host.phase == .connected })
    #expect((bench.hostBaud, bench.device.baud) == (115_200, 115_200))
  }

  @Test func pinnedLine_isLeftAlone() {
    var bench = Bench(ScriptedDevice(standard: 921_600, ladder: Self.ladder, bootID: 1), plan: nil)
    #expect(bench.run(limit: 100) { $0.host.phase == .connected })
    #expect(bench.tried.isEmpty)
  }
}

extension Wire.DeviceInfo {
  fileprivate static func speedToy(ladder: [Int], bootID: UInt32) -> Wire.DeviceInfo {
    let text = "toy"
    return Wire.DeviceInfo(
      bootID: bootID, uid: [UInt8](repeating: 0, count: 12), board: text, firmware: text,
      modelHash: 1, planHash: 2, semanticsHash: 3, layoutHash: 4,
      sampleQueueBytes: 0, sampleSlots: 1, recordSlots: 8, inputBytes: 0, targetBytes: 0, classCount: 0,
      segments: [], bauds: ladder.map { .init(bitsPerSecond: UInt32($0)) }, memory: [],
      counterUnit: .nanoseconds, counterHertz: 0, run: 0, nextIndex: 0, trainingStep: 0,
      checkpointGeneration: 0, state: .idle, bitsPerSecond: 0)
  }
}
