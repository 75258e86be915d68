import ArtifactManifest
import DeviceLink
import Testing
import WireProtocol

/// Training states that devices keep through a loss of power.
@Suite(.serialized) struct KeptStateTests {
  private func connect(
    _ target: Target, _ artifact: Artifact, _ flash: TestFlash?
  ) async throws -> (link: DeviceLink, device: BootedDevice, info: Wire.DeviceInfo) {
    let device = try await BootedDevice(target, artifact, flash: flash)
    let link = DeviceLink(transport: device.transport)
    return (link, device, try await link.connect().info)
  }

  /// The process is killed, and another one boots with the same flash.
  @Test(arguments: [Target.loopback, .host], [DemoArtifact.dense, .momentum])
  func device_afterALossOfPower_goesOnFromWhatItKept(_ target: Target, _ model: DemoArtifact) async throws {
    let artifact = try model.open()
    let course = Course(artifact: artifact)
    let flash = TestFlash()
    let (uncut, _, _) = try await connect(.loopback, artifact, nil)
    _ = try await course.run(uncut, 1, 0..<30, resetsWeights: true)

    var (link, device, info) = try await connect(target, artifact, flash)
    #expect(info.checkpointGeneration == 0 && info.state == .idle)
    _ = try await course.run(link, 1, 0..<20, resetsWeights: true)
    #expect(try await link.keepState().generation == 1)
    _ = try await course.run(link, 1, 20..<30, resetsWeights: false)
    let kept = try await link.keepState()
    #expect(kept.generation == 2 && kept.result == .kept)
    let again = try await link.keepState()
    #expect(again.generation == 2 && again.milliseconds == 0, "written again")
    let digest = try await link.digest().digest
    _ = try await course.run(link, 1, 30..<40, resetsWeights: false)
    await link.close()
    device.process?.stop()

    (link, device, info) = try await connect(target, artifact, flash)
    #expect(info.run == 1 && info.nextIndex == 30 && info.checkpointGeneration == 2 && info.state == .ended)
    #expect(try await link.digest().digest == digest)
    let moved = try await course.run(link, 1, 30..<60, resetsWeights: false)
    #expect(moved == (try await course.run(uncut, 1, 30..<60, resetsWeights: false)))
    await link.close()
    await uncut.close()
    device.process?.stop()
  }

  @Test(arguments: [Target.host, .mps2an500, .mps2an386, .netduinoplus2]) func device_withoutAStore_saysSo(_ target: Target) async throws {
    let (link, device, _) = try await connect(target, try DemoArtifact.dense.open(), nil)
    #expect(try await link.keepState() == Wire.StateKept(generation: 0, milliseconds: 0, result: .noStore))
    await link.close()
    device.process?.stop()
  }
}
