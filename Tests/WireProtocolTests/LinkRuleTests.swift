import Testing
import WireProtocol

/// Single rules of Protocol/SPEC.md, each between a host and a firmware without a line.
@Suite struct LinkRuleTests {
  /// Hands frames over until neither end has any, or `limit` of them.
  private func exchange(
    _ host: inout HostEndpoint, _ device: any SimulatedEnd, now: UInt64, limit: Int = 1000
  ) {
    for _ in 0..<limit {
      let question = host.nextFrame(now: now)
      if let question { device.receive(question, now: now) }
      let answer = device.nextFrame(now: now)
      if let answer { host.receive(answer, now: now) }
      if question == nil && answer == nil { return }
    }
    Issue.record("the ends do not come to rest")
  }

  private func connected() -> (HostEndpoint, FirmwareDevice) {
    var host = HostEndpoint(session: 11)
    let device = FirmwareDevice(bootID: 5, slots: 2, inputBytes: 64)
    exchange(&host, device, now: 1_000)
    return (host, device)
  }

  @Test func hello_isAnsweredOnceAndRepeatable() {
    var (host, device) = connected()
    #expect(host.device?.bootID == 5 && host.greeting?.connection == 1)
    for second in 1...8 as ClosedRange<UInt64> { exchange(&host, device, now: second * 1_000_000) }
    #expect(device.connectionCount == 1 && host.isConnected)
    host.restart(now: 9_000_000)
    exchange(&host, device, now: 9_000_000)
    #expect(device.connectionCount == 2 && host.greeting?.connection == 2)
  }

  @Test func device_fallsSilentWithoutAHost() {
    let (_, device) = connected()
    #expect(device.send(SampleStream.step(0)))
    var frameCount = 0
    for millisecond in 1...60_000 as ClosedRange<UInt64> {
      if device.nextFrame(now: millisecond * 1_000) != nil { frameCount += 1 }
    }
    #expect(!device.isConnected)
    #expect((15...200).contains(frameCount), "\(frameCount) frames in the ten seconds it has")
  }

  @Test func host_noticesAReset() {
    var (host, _) = connected()
    _ = host.takeEvents()
    let fresh = FirmwareDevice(bootID: 6, slots: 2, inputBytes: 64)
    var now: UInt64 = 1_000
    while host.device?.bootID != 6, now < 5_000_000 {
      now += 10_000
      exchange(&host, fresh, now: now)
    }
    #expect(now < 500_000, "\(now) µs to notice: two pings, and the fresh device's hello")
    #expect(host.takeEvents().first == .disconnected(.restarted))
  }

  /// A device that was reset says so to a host that talks on, but not at every frame.
  @Test(arguments: LinkSimulationTests.Kind.allCases)
  func device_tellsThatItKnowsNoConnection(_ kind: LinkSimulationTests.Kind) throws {
    let (device, _) = LinkSimulationTests.makeDevice(kind, bootID: 6, slots: 2, inputBytes: 64)
    var (host, _) = connected()
    var hellos = 0
    for millisecond in 1...250 as ClosedRange<UInt64> {
      let now = 1_000_000 + millisecond * 1_000
      device.receive(Frame(kind: .ping, sender: .host, epoch: 1).wire(key: 77), now: now)
      guard let answer = device.nextFrame(now: now) else { continue }
      hellos += 1
      host.receive(answer, now: now)
    }
    #expect(hellos == 3 && !host.isConnected)
    exchange(&host, device, now: 2_000_000)
    #expect(host.device?.bootID == 6)
  }

  @Test(arguments: [
    (UInt8(2), Wire.schemaHash, Wire.Refusal.protocolVersion), (1, 1, .schema),
  ])
  func device_refusesWhatItDoesNotSpeak(
    _ version: UInt8, _ schemaHash: UInt64, _ code: Wire.Refusal
  ) throws {
    let hello = Wire.HostHello(
      magic: Wire.magic, protocolMinimum: version, protocolMaximum: version, session: 4,
      attempt: 17, bootID: 1, connection: 0, schemaHash: schemaHash, mtu: 640)
    var frame = Frame(kind: .hello, sender: .host, epoch: 1)
    frame.body = hello.bytes
    let devices: [any SimulatedEnd] = [
      FirmwareDevice(bootID: 1, slots: 2, inputBytes: 64),
      SwiftDevice(bootID: 1, slots: 2, inputBytes: 64),
    ]
    let answers = devices.map { device -> [UInt8] in
      device.receive(frame.wire(key: 0), now: 1_000)
      return device.nextFrame(now: 1_000) ?? []
    }
    #expect(answers[0].count > 0 && answers[0].count == answers[1].count)
    var decoder = FrameDecoder()
    for byte in answers[0] {
      guard let body = try decoder.take(byte)?.get().body else { continue }
      guard case .refuse(let refusal) = try Wire.Message(body, from: .device) else {
        Issue.record("no refusal")
        continue
      }
      #expect(refusal.code == code && refusal.session == 4 && refusal.attempt == 17)
    }
  }

  @Test func device_countsWhatItDrops() {
    var (host, device) = connected()
    _ = host.takeEvents()
    for index in 0..<100 as Range<UInt32> { device.post(SampleStream.step(index)) }
    exchange(&host, device, now: 2_000)
    device.post(SampleStream.step(100))
    exchange(&host, device, now: 3_000)
    var indices: [UInt32] = []
    var droppedCount: UInt32 = 0
    for event in host.takeEvents() {
      switch event {
      case .message(.step(let step)): indices.append(step.index)
      case .message(.gap(let gap)):
        droppedCount += gap.count
        #expect(gap.channel == .telemetry && indices == Array(0..<UInt32(indices.count)))
      default: Issue.record("\(event)")
      }
    }
    #expect(indices.last == 100 && UInt32(indices.count) + droppedCount == 101)
    #expect(droppedCount > 50)
  }

  @Test func bulkMessages_areReassembledOnTheDevice() {
    var (host, device) = connected()
    let messages = (0..<5).map { index in
      Wire.Message.segmentWrite(
        Wire.SegmentWrite(
          segment: .weights, offset: UInt32(index) * 600,
          data: (0..<600).map { UInt8(truncatingIfNeeded: $0 * index) }))
    }
    #expect(host.fragmentBytes < 600)
    for message in messages {
      let isQueued = host.send(message)
      #expect(isQueued)
    }
    exchange(&host, device, now: 2_000)
    #expect(device.messages == messages && device.log.problems.isEmpty)
  }

  @Test func putOffSamples_comeAgain() {
    let host = HostSession(sampleCount: 30, inputBytes: 700)
    let device = FirmwareDevice(bootID: 1, slots: 3, inputBytes: 700)
    device.isReluctant = true
    var simulation = Simulation(host: host, device: device, seed: 1)
    simulation.run(until: 60_000_000) { host.answered.count == 30 }
    #expect(host.answered == Array(0..<30) && device.log.problems.isEmpty)
  }
}
