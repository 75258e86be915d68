import DeviceLink
import FaultSimulation
import Testing
import WireProtocol

/// Two clocks compared over a line with uneven delays, in virtual time.
struct ClockAlignmentTests {
  /// A device whose counter starts elsewhere and runs fast, answered by hand: delays are random and
  /// differ between the two ways, as behind a USB adapter.
  @Test(arguments: [-80e-6, 0, 5e-3])
  func hostTimeOfATick_liesWithinItsBound(_ drift: Double) throws {
    var random = SplitMix(seed: 11)
    var host = Conversation(name: "line", policy: RetryPolicy(), session: 5)
    var device = DeviceEndpoint(identity: .clockToy)
    func ticks(_ now: Duration) -> UInt64 { UInt64((now.inSeconds + 77) * (1 + drift) * 180e6) }
    func delay() -> Duration { .microseconds(200 + Int(random.next() % (random.next() % 4 == 0 ? 16_000 : 800))) }

    host.start(expecting: nil, timeout: .seconds(2), now: .zero)
    var answers: [(moment: Duration, bytes: [UInt8])] = []
    var questions: [(moment: Duration, bytes: [UInt8])] = []
    var worst = 0.0
    for step in 0..<300_000 {
      let now = Duration.microseconds(200 * step)
      if host.deadline.map({ $0 <= now }) ?? false || step % 50 == 0 { _ = host.tick(now: now) }
      while let frame = host.nextFrame(now: now) { questions.append((now + delay(), frame)) }
      while let first = questions.first, first.moment <= now {
        device.receive(questions.removeFirst().bytes, now: now.inMicroseconds)
        for case .message(.time(let time)) in device.takeEvents() {
          _ = device.send(.timeReport(.init(hostMicroseconds: time.hostMicroseconds, ticks: ticks(now))))
        }
      }
      while let frame = device.nextFrame(now: now.inMicroseconds) { answers.append((now + delay(), frame)) }
      while let first = answers.first, first.moment <= now { _ = host.receive(answers.removeFirst().bytes, now: now) }
      guard step % 1000 == 999, let clock = host.clock, let found = clock.hostTime(ofTick: ticks(now)) else { continue }
      #expect(abs((found.time - now).inSeconds) <= found.bound.inSeconds + 1e-6)
      if step > 150_000 { worst = max(worst, found.bound.inSeconds) }
    }
    let clock = try #require(host.clock)
    let found = try #require(clock.drift)
    #expect(abs(found.value - drift) <= found.bound)
    #expect(found.bound < 30e-6)
    #expect(worst < 2e-3)
  }

  /// A counter that stands still, and one that no clock can have counted to.
  @Test(arguments: [(0, 180_000_000), (.max, 1)] as [(UInt64, UInt32)])
  func counterThatIsNoClock_tellsNoTime(_ ticks: UInt64, _ hertz: UInt32) throws {
    var host = Conversation(name: "line", policy: RetryPolicy(), session: 5)
    var info = Wire.DeviceInfo.clockToy
    info.counterHertz = hertz
    var device = DeviceEndpoint(identity: info)
    host.start(expecting: nil, timeout: .seconds(2), now: .zero)
    for millisecond in 0..<10_000 {
      let now = Duration.milliseconds(millisecond)
      _ = host.tick(now: now)
      while let frame = host.nextFrame(now: now) { device.receive(frame, now: now.inMicroseconds) }
      for case .message(.time(let time)) in device.takeEvents() {
        _ = device.send(.timeReport(.init(hostMicroseconds: time.hostMicroseconds, ticks: ticks)))
      }
      while let frame = device.nextFrame(now: now.inMicroseconds) { _ = host.receive(frame, now: now) }
    }
    let clock = try #require(host.clock)
    #expect(clock.readings > 4)
    #expect(clock.drift == nil)
    #expect(clock.hostTime(ofTick: 1) == nil || ticks == 0)
    #expect(clock.offset == nil || ticks == 0)
  }
}

extension Duration {
  fileprivate var inMicroseconds: UInt64 { UInt64(inSeconds * 1e6) }
}

extension Wire.DeviceInfo {
  static let clockToy = Wire.DeviceInfo(
    bootID: 1, uid: [UInt8](repeating: 0, count: 12), board: "toy", firmware: "toy", modelHash: 1, planHash: 2,
    semanticsHash: 3, layoutHash: 4, sampleQueueBytes: 0, sampleSlots: 1, recordSlots: 8, inputBytes: 0,
    targetBytes: 0, classCount: 0, segments: [], bauds: [], memory: [], counterUnit: .cycles,
    counterHertz: 180_000_000, run: 0, nextIndex: 0, trainingStep: 0, checkpointGeneration: 0, state: .idle,
    bitsPerSecond: 0)
}
