import ArtifactManifest
import DeviceLink
import Foundation
import Testing
import WireProtocol

/// Every device that runs on this machine does the same with the same messages, bit for bit: the
/// interpreter, the firmware as a process, the firmware on Cortex-M7 and M4 in QEMU, and the real
/// boards' firmware in the emulator of those boards.
@Suite(.serialized) struct DeviceConformanceTests {
  /// 200 training steps and 50 evaluations.
  private static let indices = 0..<250 as Range<UInt32>

  private func connect(
    _ target: Target, _ artifact: Artifact, flash: TestFlash? = nil
  ) async throws -> (link: DeviceLink, device: BootedDevice) {
    let device = try await BootedDevice(target, artifact, flash: flash)
    let link = DeviceLink(transport: device.transport)
    let hashes = artifact.manifest.hashes
    _ = try await link.connect(
      expecting: ExpectedHashes(
        model: hashes.model.value, plan: hashes.plan.value, semantics: hashes.semantics.value))
    return (link, device)
  }

  /// The first run on the loopback device of each model: what all others are compared with.
  private func expected(_ model: DemoArtifact) async throws -> Course.Outcome {
    let artifact = try model.open()
    let (link, _) = try await connect(.loopback, artifact)
    let outcome = try await Course(artifact: artifact).run(
      link, 1, Self.indices, resetsWeights: true)
    await link.close()
    return outcome
  }

  @Test(arguments: Target.firmware, DemoArtifact.allCases)
  func firmware_afterTheSameSteps_hasTheDigestOfLoopback(
    _ target: Target, _ model: DemoArtifact
  ) async throws {
    let artifact = try model.open()
    let (link, device) = try await connect(target, artifact)
    let outcome = try await Course(artifact: artifact).run(
      link, 1, Self.indices, resetsWeights: true)
    #expect(outcome == (try await expected(model)))
    #expect(outcome.report.trainingStep == 200)
    #expect(outcome.digests.count == 3)
    await link.close()
    device.process?.stop()
  }

  @Test(arguments: Target.allCases, DemoArtifact.allCases)
  func device_describesTheTrainingStateOfItsArtifact(
    _ target: Target, _ model: DemoArtifact
  ) async throws {
    let artifact = try model.open()
    let (link, device) = try await connect(target, artifact)
    let info = try #require(await link.device?.info)
    #expect(info.board == target.rawValue)
    #expect(info.layoutHash == artifact.manifest.hashes.layout.value)
    #expect(Int(info.inputBytes) == artifact.manifest.input.bytes)
    #expect(Int(info.classCount) == artifact.manifest.output.classCount)
    #expect(info.segments.map { $0.kind.rawValue } == artifact.manifest.segments.map(\.kind.rawValue))
    #expect(info.segments.map { Int($0.byteCount) } == artifact.manifest.segments.map(\.bytes))
    await link.close()
    device.process?.stop()
  }

  @Test(arguments: Target.allCases, DemoArtifact.allCases)
  func device_onTheGoldenSample_reachesTheGoldenDigest(
    _ target: Target, _ model: DemoArtifact
  ) async throws {
    let artifact = try model.open()
    let golden = artifact.manifest.golden
    let input = try #require(Data(base64Encoded: golden.input))
    let values = try #require(Data(base64Encoded: golden.target))
    let (link, device) = try await connect(target, artifact)
    let run = try await link.beginRun(1, seed: 1, resetsWeights: true)
    try await link.submit(
      DeviceSample(
        index: 0, mode: .train, label: golden.label, rateMantissa: golden.rateMantissa,
        rateShift: UInt8(golden.rateShift), input: input.map(Int8.init(bitPattern:)),
        target: stride(from: 0, to: values.count, by: 2).map { Int16(values[$0]) | Int16(values[$0 + 1]) << 8 }))
    var answers = run.answers.makeAsyncIterator()
    let answer = try await answers.next()
    guard case .step(let step) = answer else {
      Issue.record("found \(String(describing: answer)), expected a step")
      return
    }
    #expect(step.lossQ16 == golden.lossQ16)
    #expect(try await link.endRun().digest == golden.digest.value)
    await link.close()
    device.process?.stop()
  }

  /// A checkpoint taken on one device goes on on another as if it had never moved.
  private func state(of link: DeviceLink) async throws -> [StateSegment] {
    var reading = StateReading(of: try #require(await link.device).info, run: 0, position: 0)
    try await link.read(&reading)
    return reading.segments
  }

  @Test(arguments: Target.firmware, DemoArtifact.allCases)
  func checkpoint_movedToAnotherDevice_goesOnAlike(
    _ target: Target, _ model: DemoArtifact
  ) async throws {
    let artifact = try model.open()
    let course = Course(artifact: artifact)
    let (loopback, _) = try await connect(.loopback, artifact)
    _ = try await course.run(loopback, 1, 0..<40, resetsWeights: true)
    let checkpoint = try await state(of: loopback)
    let (link, device) = try await connect(target, artifact)
    var writing = StateWriting(checkpoint, into: try #require(await link.device).info, lastRun: 0)
    try await link.write(&writing)
    #expect(try await state(of: link) == checkpoint)
    let moved = try await course.run(link, 2, 40..<80, resetsWeights: false)
    let stayed = try await course.run(loopback, 2, 40..<80, resetsWeights: false)
    #expect(moved == stayed)
    await link.close()
    await loopback.close()
    device.process?.stop()
  }
}
