import FirmwareBuild
import Foundation
import Testing
import WireProtocol

/// The vectors of Protocol/vectors, run by the codec on the device itself.
@Suite(.serialized) struct ProtocolVectorTests {
  /// What the fixture adds, so that a pass is told from a loss that was never written.
  private static let passed: Int32 = 1000

  @Test(arguments: DeviceProcessTests.boards) func vectors_passOnTheDevice(_ name: String) throws {
    let folder = try TemporaryFolder()
    let artifact = try FixtureArtifact(in: folder.url, evaluation: "\(Self.passed) + protocol_vectors_run()")
    let board = try TestBench.catalog().board(named: name)
    let report = try FirmwareBuilder(root: FirmwareRoot.locate()).build(
      artifactDirectory: artifact.directory, board: board,
      outputDirectory: FirmwareBuilder.outputDirectory(artifactDirectory: artifact.directory, board: board))
    let device = try DeviceProcess(board: board, elf: URL(fileURLWithPath: report.elf), device: 0)
    let host = try TestHost(socketPath: device.socketPath)
    _ = try host.info()
    try host.send(.runBegin(.init(run: 1, seed: 1, firstIndex: 0, flags: 1)))
    _ = try host.nextMessage { if case .runReport(let report) = $0 { report } else { nil } }
    let input = [UInt8](repeating: 1, count: 64)
    try host.send(
      .sample(.init(run: 1, index: 0, mode: .evaluate, label: 0, rateMantissa: 0, rateShift: 0, momentum: 0, decay: 0, flags: 0, input: input)))
    let step = try host.nextMessage { if case .step(let step) = $0 { step } else { nil } }
    #expect(step.lossQ16 == Self.passed, "frame or message vector \(step.lossQ16 - Self.passed - 1) fails")
    device.stop()
  }
}
