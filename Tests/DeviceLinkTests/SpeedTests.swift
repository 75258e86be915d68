import DeviceLink
import FaultSimulation
import Testing
import WireProtocol

/// The search for the line's rate, against a device that keeps to the protocol, on a line that
/// damages everything while the two rates differ, in virtual time.
struct SpeedTests {
  /// The device's end of the search, around a link endpoint in Swift.
  private struct Device {
    var endpoint: DeviceEndpoint
    var baud: Int
    let standard: Int
    var pending: Int?
    var committed: Int
    var changedAt: Int?
    var heardAt = 0
    var proposals: [Int] = []
    /// Whether it knows nothing of line speeds, as a firmware of before.
    var isOld = false

    init(standard: Int, ladder: [Int], bootID: UInt32 = 1) {
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
        proposals.append(Int(propose.bitsPerSecond))
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

    mutating func tick(_ milliseconds: Int) {
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
    var device: Device
    var hostBaud: Int
    /// Above it one byte in 200 is damaged.
    var goodUpTo = Int.max
    var milliseconds = 0
    var effects: [Conversation.Effect] = []
    private var random = SplitMix(seed: 3)
    private var nextBaud: Int?
    private var toHost: [UInt8] = []
    private var toDevice: [UInt8] = []

    init(_ device: Device, plan: SpeedPlan?) {
      self.device = device
      hostBaud = plan?.standardBaud ?? device.standard
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
        let frame = device.endpoint.nextFrame(now: UInt64(milliseconds) * 1000)
      {
        toHost += frame
      }
      take(host.receive(line(toHost.prefix(perMillisecond)), now: now))
      toHost.removeFirst(min(perMillisecond, toHost.count))
      while toDevice.count < 4 * perMillisecond, let frame = host.nextFrame(now: now) { toDevice += frame }
      take(host.tick(now: now))
      device.receive(line(toDevice.prefix(perMillisecond)), milliseconds)
      toDevice.removeFirst(min(perMillisecond, toDevice.count))
      if toHost.isEmpty { device.tick(milliseconds) }
      if toDevice.isEmpty, let baud = nextBaud {
        (hostBaud, nextBaud) = (baud, nil)
        take(host.lineChanged(to: baud, now: now))
      }
    }

    private mutating func take(_ new: [Conversation.Effect]) {
      for case .setLine(let baud) in new { nextBaud = baud }
      effects += new
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      let chance = hostBaud != device.baud ? 1 : hostBaud > goodUpTo ? 0.005 : 0
      return bytes.map { random.chance(chance) ? $0 ^ UInt8(1 + random.next() % 255) : $0 }
    }
  }

  private static let ladder = [115_200, 230_400, 460_800, 921_600, 2_000_000]

  private func bench(remembered: Int? = nil) -> Bench {
    Bench(
      Device(standard: 115_200, ladder: Self.ladder),
      plan: SpeedPlan(standardBaud: 115_200, rememberedBaud: remembered))
  }

  @Test func ladder_isClimbedToItsTop() {
    var bench = bench()
    #expect(bench.run { $0.host.phase == .connected })
    #expect(bench.device.proposals == Array(Self.ladder.dropFirst()))
    #expect((bench.hostBaud, bench.device.baud) == (2_000_000, 2_000_000))
    #expect(bench.host.bestBaud == 2_000_000)
    #expect(bench.effects.contains(.tell(.lineSpeed(2_000_000))))
    #expect(bench.milliseconds < 4 * 500)
  }

  @Test func rememberedRate_isTriedAtOnce() {
    var bench = bench(remembered: 921_600)
    #expect(bench.run { $0.host.phase == .connected })
    #expect(bench.device.proposals == [921_600])
    #expect((bench.hostBaud, bench.device.baud) == (921_600, 921_600))
    #expect(bench.milliseconds < 500)
  }

  @Test(arguments: Self.ladder) func lineThatIsBadAboveARate_endsAtThatRate(_ good: Int) {
    for remembered in [nil, 2_000_000] {
      var bench = bench(remembered: remembered)
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
  @Test func deviceThatIsReset_isFoundAgain() {
    for moment in stride(from: 1, to: 1600, by: 37) {
      var bench = bench()
      _ = bench.run(limit: moment) { _ in false }
      bench.device = Device(standard: 115_200, ladder: Self.ladder, bootID: 2)
      #expect(
        bench.run(limit: 7000) {
          $0.host.phase == .connected && $0.host.device?.info.bootID == 2 && $0.hostBaud == $0.device.baud
        }, "reset after \(moment) ms")
    }
  }

  /// At every moment of the search in turn: the host dies, and another begins at the standard rate.
  @Test func hostThatDies_isFollowedByAnother() {
    for moment in stride(from: 1, to: 1600, by: 37) {
      for remembered in [nil, 921_600] {
        var bench = bench()
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

  @Test func fastLineThatFallsSilent_isSearchedAgainWithinSeconds() {
    var bench = bench()
    #expect(bench.run { $0.host.phase == .connected })
    bench.device = Device(standard: 115_200, ladder: Self.ladder, bootID: 2)
    let start = bench.milliseconds
    #expect(bench.run { $0.host.device?.info.bootID == 2 && $0.host.phase == .connected })
    #expect(bench.hostBaud == 2_000_000)
    #expect(bench.milliseconds - start < 3000)
  }

  @Test func deviceThatKnowsNoSpeeds_staysWhereItIs() {
    var bench = bench()
    bench.device.isOld = true
    #expect(bench.run(limit: 100) { $0.host.phase == .connected })
    #expect((bench.hostBaud, bench.device.baud) == (115_200, 115_200))
  }

  @Test func pinnedLine_isLeftAlone() {
    var bench = Bench(Device(standard: 921_600, ladder: Self.ladder), plan: nil)
    #expect(bench.run(limit: 100) { $0.host.phase == .connected })
    #expect(bench.device.proposals.isEmpty)
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
