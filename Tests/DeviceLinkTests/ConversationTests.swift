import DeviceLink
import FaultSimulation
import Testing
import WireProtocol

/// What the host says when things go wrong, on a clock that the test holds.
struct ConversationTests {
  private static let hashes = ExpectedHashes(model: 0xA1, plan: 0xB2, semantics: 0xC3)

  private func connected(
    _ device: any SimulatedDevice = ModelDevice(bootID: 1), policy: RetryPolicy = RetryPolicy()
  ) -> Simulation {
    var simulation = Simulation(device, policy: policy)
    simulation.start()
    _ = simulation.run { $0.host.phase == .connected }
    return simulation
  }

  @Test func connect_withoutDevice_saysHelloEvery200MillisecondsAndGivesUp() {
    var host = Conversation(name: "line", policy: RetryPolicy(), session: 1)
    host.start(expecting: nil, timeout: .seconds(2), now: .zero)
    var hellos: [Int] = []
    for milliseconds in 0..<2500 {
      let now = Duration.milliseconds(milliseconds)
      while host.nextFrame(now: now) != nil { hellos.append(milliseconds) }
      _ = host.tick(now: now)
    }
    #expect(hellos == Array(stride(from: 0, to: 2001, by: 200)))
    #expect(host.phase == .over(.noAnswer(name: "line", waited: .seconds(2))))
  }

  @Test(arguments: [
    (Wire.Refusal.schema, DeviceLinkError.otherSchema(name: "line", found: 7, expected: Wire.schemaHash)),
    (
      .protocolVersion,
      .refused(
        name: "line",
        reason: "it speaks protocol 2 to 3, this program \(Wire.minimumVersion) to \(Wire.version): "
          + "build the firmware again")
    ),
    (.busy, .refused(name: "line", reason: "a sentence")),
  ])
  func refusal_endsTheLinkWithItsReason(_ code: Wire.Refusal, _ expected: DeviceLinkError) {
    var host = Conversation(name: "line", policy: RetryPolicy(), session: 1)
    host.start(expecting: nil, timeout: .seconds(2), now: .zero)
    _ = host.nextFrame(now: .zero)
    var frame = Frame(kind: .hello, sender: .device, epoch: 1)
    (frame.isFirst, frame.isLast) = (true, true)
    frame.body =
      Wire.Refuse(
        session: 1, attempt: 1, code: code, protocolMinimum: 2, protocolMaximum: 3, schemaHash: 7,
        text: "a sentence"
      ).bytes
    #expect(host.receive(frame.wire(key: 0), now: .zero) == [.wake])
    #expect(host.phase == .over(expected))
  }

  @Test(arguments: [
    ("model", ExpectedHashes(model: 1, plan: 0xB2, semantics: 0xC3), 0xA1 as UInt64),
    ("update plan", ExpectedHashes(model: 0xA1, plan: 1, semantics: 0xC3), 0xB2),
    ("semantics", ExpectedHashes(model: 0xA1, plan: 0xB2, semantics: 1), 0xC3),
  ])
  func otherArtifact_isNamedWithBothSides(
    _ what: String, _ expected: ExpectedHashes, _ found: UInt64
  ) {
    var simulation = Simulation(ModelDevice(bootID: 1))
    simulation.start(expecting: expected)
    #expect(simulation.run(limit: 1000) { $0.host.isOver })
    let error = DeviceLinkError.otherArtifact(name: "line", what: what, found: found, expected: 1)
    #expect(simulation.host.phase == .over(error))
    #expect(
      error.description == "line: \(what): found 00000000000000\(String(found, radix: 16)) on the "
        + "device, expected 0000000000000001 as in the artifact: build and flash the artifact's "
        + "firmware")
  }

  @Test func artifact_asExpected_connects() {
    var simulation = Simulation(FirmwareDevice(bootID: 3))
    simulation.start(expecting: Self.hashes)
    #expect(simulation.run(limit: 1000) { $0.host.phase == .connected })
    #expect(simulation.host.device?.title == "toy (000000000000000000000000)")
  }

  @Test func badSamples_areNotSent() throws {
    var simulation = connected()
    let good = Script.sample(0)
    #expect(throws: DeviceLinkError.noRun(name: "line")) { try simulation.submit(good) }
    _ = try #require(try simulation.call(Script.begin)?.get())
    let rows: [(change: (inout DeviceSample) -> Void, sentence: String)] = [
      (
        { $0.input.removeLast() },
        "line: sample 5: input: found 47, expected 48 codes, the size of the model's input"
      ),
      ({ $0.label = 5 }, "line: sample 5: label: found 5, expected 0 to 4, the classes of the model"),
      ({ $0.label = -1 }, "line: sample 5: label: found -1, expected 0 to 4, the classes of the model"),
      (
        { $0.rateMantissa = 3 },
        "line: sample 5: learning rate's mantissa: found 3, expected 0 or 2^30 to 2^31 - 1"
      ),
    ]
    for row in rows {
      var sample = good
      row.change(&sample)
      let error = #expect(throws: DeviceLinkError.self) { try simulation.submit(sample) }
      #expect(error?.description == row.sentence)
    }
    try simulation.submit(good)
    #expect(simulation.run { $0.answers.count == 1 })
  }

  @Test func complaintAboutACall_failsThatCallAlone() throws {
    var simulation = connected()
    _ = try #require(try simulation.call(Script.begin)?.get())
    let result = simulation.call(.resetState(.init(seed: 1)))
    let error = #expect(throws: DeviceLinkError.self) { try result?.get() }
    #expect(
      error?.description == "line: resetState: the device refuses: not while a run is open "
        + "(code 205, context \(UInt32(truncatingIfNeeded: Script.run)))")
    #expect(try simulation.finishScript(Script.samples(3))?.answers.count == 3)
  }

  @Test func complaintAboutASample_endsTheRun() throws {
    var simulation = connected()
    _ = try #require(try simulation.call(Script.begin)?.get())
    try simulation.submit(Script.sample(2))
    #expect(simulation.run(limit: 1000) { $0.host.run == nil })
    let error = try #require(simulation.host.runError)
    #expect(
      error.description == "line: sample 7: the device refuses: the sample is not the next one "
        + "(code 203, context 5)")
    #expect(simulation.effects.contains(.endRun(error)))
    // The run is still open on the device and can be taken up.
    _ = try #require(try simulation.call(Script.begin)?.get())
    #expect(try simulation.finishScript(Script.samples(3))?.answers.count == 3)
  }

  @Test func deviceThatNeverAnswers_isGivenUp() throws {
    let policy = RetryPolicy(callTimeout: .seconds(3), stepTimeout: .seconds(7))
    var simulation = connected(LazyDevice(), policy: policy)
    _ = try #require(try simulation.call(Script.begin)?.get())
    try simulation.submit(Script.sample(0))
    #expect(simulation.run(limit: 8000) { $0.host.isOver })
    let error = DeviceLinkError.unanswered(name: "line", what: "sample 5", waited: .seconds(7))
    #expect(simulation.host.phase == .over(error))
    #expect(simulation.effects.contains(.endRun(error)))
  }

  @Test func everythingWaiting_failsWhenTheLinkEnds() throws {
    var simulation = connected()
    _ = try #require(try simulation.call(Script.begin)?.get())
    try simulation.submit(Script.sample(0))
    simulation.close(.gone(name: "line"))
    #expect(simulation.effects.contains(.endRun(.gone(name: "line"))))
    #expect(simulation.call(.digest(.init())) == .failure(.gone(name: "line")))
    #expect(throws: DeviceLinkError.gone(name: "line")) { try simulation.submit(Script.sample(1)) }
  }
}

/// Hears everything and runs no step.
private final class LazyDevice: SimulatedDevice {
  private let device = ModelDevice(bootID: 1)
  let stepCount = 0
  func receive(_ bytes: [UInt8], now: UInt32) { device.receive(bytes, now: now) }
  func poll(now: UInt32) -> Bool { false }
  func nextFrame(capacity: Int, now: UInt32) -> [UInt8]? {
    device.nextFrame(capacity: capacity, now: now)
  }
}
