import DeviceLink
import FaultSimulation
import DeviceModel
import Testing
import Transport
import WireProtocol

/// The whole host's side over real transports: memory and a kernel pseudo-terminal.
struct DeviceLinkTests {
  enum Line: CaseIterable {
    case memory
    case pseudoTerminal
  }

  /// A device that serves one end of a new line; returns the other end.
  private func plugIn(
    _ kind: DeviceKind, _ line: Line
  ) async throws -> (transport: any ByteTransport, unplug: @Sendable () async -> Void) {
    let near: any ByteTransport
    let far: any ByteTransport
    switch line {
    case .memory: (near, far) = InMemoryTransport.pair(name: "line")
    case .pseudoTerminal:
      let master = try await PseudoTerminal.open()
      far = master
      near = try await SerialPort.open(path: master.devicePath, baud: 921_600)
    }
    switch kind {
    case .model:
      let server = DeviceServer(engine: ToyEngine(), identity: .toy(bootID: 1), transport: far)
      Task { await server.run() }
    case .firmware:
      let server = LineServer(FirmwareDevice(bootID: 1), far)
      Task { await server.run() }
    }
    return (near, { await far.close() })
  }

  private func perfect(_ samples: [DeviceSample]) throws -> Simulation.Outcome {
    var simulation = Simulation(ModelDevice(bootID: 1))
    return try #require(try simulation.runScript(samples))
  }

  /// Submits in one task and reads the answers in another, as a coordinator does.
  private func train(
    _ link: DeviceLink, _ samples: [DeviceSample]
  ) async throws -> (answers: [SampleAnswer], report: Wire.RunReport) {
    let run = try await link.beginRun(
      Script.run, seed: Script.seed, firstIndex: Script.firstIndex, resetsWeights: true)
    let reader = Task {
      var answers: [SampleAnswer] = []
      for try await answer in run.answers { answers.append(answer.essence) }
      return answers
    }
    for sample in samples { try await link.submit(sample) }
    let report = try await link.endRun()
    return (try await reader.value, report)
  }

  @Test(arguments: DeviceKind.allCases, Line.allCases)
  func run_overRealTransports_endsAsInTheSimulation(_ kind: DeviceKind, _ line: Line) async throws {
    let samples = Script.samples(200)
    let expected = try perfect(samples)
    let link = DeviceLink(transport: try await plugIn(kind, line).transport)
    let device = try await link.connect(
      expecting: ExpectedHashes(model: 0xA1, plan: 0xB2, semantics: 0xC3))
    #expect(device.board == "toy")
    let (answers, report) = try await train(link, samples)
    #expect(answers == expected.answers)
    #expect(report.digest == expected.digest)
    #expect(try await link.digest().digest == expected.digest)
    await link.close()
  }

  @Test(arguments: DeviceKind.allCases)
  func checkpoint_readAndWritten_restoresTheDigest(_ kind: DeviceKind) async throws {
    let link = DeviceLink(transport: try await plugIn(kind, .memory).transport)
    _ = try await link.connect()
    let trained = try await train(link, Script.samples(30)).report
    var reading = StateReading(of: try #require(await link.device).info, run: 0, position: 0)
    try await link.read(&reading)
    let checkpoint = reading.segments
    #expect(checkpoint.map(\.bytes.count) == [8, 20, 240])
    #expect(try await link.resetState(seed: 1).digest != trained.digest)
    let info = try #require(await link.device).info
    var writing = StateWriting(checkpoint, into: info, lastRun: Script.run)
    try await link.write(&writing)
    #expect(writing.isComplete)
    #expect(try await link.digest().digest == trained.digest)
    #expect(try await link.digest().trainingStep == trained.trainingStep)
    let error = await #expect(throws: DeviceLinkError.self) {
      var reversed = StateWriting(checkpoint.reversed(), into: info, lastRun: Script.run)
      try await link.write(&reversed)
    }
    #expect(
      error?.description == "line: training state: found segments weights 240 B, biases 20 B, "
        + "header 8 B, expected header 8 B, biases 20 B, weights 240 B as on the device: take a "
        + "checkpoint of the same artifact")
    await link.close()
  }

  @Test(arguments: DeviceKind.allCases, Line.allCases)
  func unpluggedPort_endsEverythingWithGone(_ kind: DeviceKind, _ line: Line) async throws {
    let (transport, unplug) = try await plugIn(kind, line)
    let link = DeviceLink(transport: transport)
    _ = try await link.connect()
    let run = try await link.beginRun(Script.run, seed: 1, firstIndex: 5, resetsWeights: true)
    try await link.submit(Script.sample(0))
    var answers = run.answers.makeAsyncIterator()
    #expect(try await answers.next()?.index == 5)
    await unplug()
    let gone = DeviceLinkError.gone(name: transport.name)
    await #expect(throws: gone) { try await answers.next() }
    await #expect(throws: gone) { try await link.submit(Script.sample(1)) }
    await #expect(throws: gone) { try await link.digest() }
    await link.close()
  }

  /// The firmware's own end, and a kernel terminal whose rate is really changed.
  @Test func lineSpeed_isFoundOverARealPort() async throws {
    let master = try await PseudoTerminal.open()
    let port = try await SerialPort.open(path: master.devicePath, baud: 460_800)
    let ladder: [UInt32] = [460_800, 921_600, 2_000_000]
    let rated = RatedPort(port, deviceBaud: 460_800)
    let server = LineServer(FirmwareDevice(bootID: 1, ladder: ladder), master) { device in
      rated.deviceBaud = Int((device as? FirmwareDevice)?.speeds.last ?? 460_800)
      return rated.deviceBaud == master.baud
    }
    Task { await server.run() }
    let link = DeviceLink(transport: rated, speed: SpeedPlan(standardBaud: 460_800))
    _ = try await link.connect()
    // How far it climbs depends on how busy this machine is.
    #expect(rated.triedBauds.first == 921_600)
    #expect(port.baud == rated.deviceBaud)
    #expect(await link.bestBaud ?? 460_800 == port.baud)
    let samples = Script.samples(50)
    #expect(try await train(link, samples).report.digest == perfect(samples).digest)
    await link.close()
  }

  @Test func nobodyThere_isSaidInASentence() async throws {
    let (near, _) = InMemoryTransport.pair(name: "line")
    let link = DeviceLink(transport: near)
    let error = await #expect(throws: DeviceLinkError.self) {
      try await link.connect(within: .milliseconds(300))
    }
    #expect(error == .noAnswer(name: "line", waited: .milliseconds(300)))
  }

  @Test func otherRunOnTheDevice_isEndedFirst() async throws {
    let (transport, _) = try await plugIn(.model, .memory)
    let link = DeviceLink(transport: transport)
    _ = try await link.connect()
    _ = try await link.beginRun(77, seed: 1, resetsWeights: true)
    let run = try await link.beginRun(78, seed: 1, firstIndex: 3, resetsWeights: true)
    #expect(run.report.run == 78)
    #expect(run.report.nextIndex == 3)
    await link.close()
  }
}
