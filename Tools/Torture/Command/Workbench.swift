import ArtifactManifest
import Coordinator
import FirmwareBuild
import Foundation
import Telemetry

/// A small model, compiled and built by the programs beside this one, and samples that need no meaning.
struct Workbench {
  let artifact: Artifact
  let data: TrainingData

  init() throws {
    let folder = Scratch.place("artifact")
    let model = try FirmwareRoot.locate().directory.deletingLastPathComponent()
      .appendingPathComponent("Tools/Demo/digits-dense.tflite")
    let compiler = Process()
    compiler.executableURL = Self.program("fieldtune")
    compiler.arguments = ["compile", model.path, "--update", "full", "-o", folder.path]
    compiler.standardOutput = FileHandle.nullDevice
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else {
      throw TortureFailure("fieldtune compile: status \(compiler.terminationStatus), expected 0")
    }
    artifact = try Artifact(opening: folder)
    let (bytes, classes) = (artifact.manifest.input.bytes, artifact.manifest.output.classCount)
    func samples(_ count: Int) -> SampleSet {
      SampleSet(
        inputBytes: bytes, labels: (0..<count).map { UInt16($0 % classes) },
        codes: (0..<count * bytes).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })
    }
    data = TrainingData(training: samples(64), evaluation: samples(8))
  }

  func plan(steps: Int, checkpointSteps: Int = 50) -> TrainingPlan {
    TrainingPlan(
      trainingSamples: data.training.count, evaluationSamples: data.evaluation.count, steps: steps, seed: 5,
      schedule: LearningRateSchedule(shape: .cosine, peak: 0.02, warmUpSteps: 3), checkpointSteps: checkpointSteps)
  }

  /// The firmware of `board` as a process of this machine.
  func start(_ board: String) throws -> DeviceProcess {
    let (board, elf) = try build(board)
    return try DeviceProcess(board: board, elf: elf)
  }

  func build(_ board: String) throws -> (board: Board, elf: URL) {
    let root = try FirmwareRoot.locate()
    let board = try BoardCatalog(root: root).board(named: board)
    let report = try FirmwareBuilder(root: root).build(
      artifactDirectory: artifact.directory, board: board,
      outputDirectory: FirmwareBuilder.outputDirectory(artifactDirectory: artifact.directory, board: board))
    return (board, URL(filePath: report.elf))
  }

  /// Patient: a device that is reset again and again is one that comes back.
  func train(_ plan: TrainingPlan, on source: TransportSource) async throws -> TrainResult {
    let store = try RunStore(directory: Scratch.place("store-\(UUID().uuidString)"))
    let run = try await TrainingRun.begin(
      plan, artifact: artifact, data: data, dataSource: "torture", store: store, source: source,
      options: RunOptions(patience: .seconds(60), futileConnections: 1000, retryInterval: .milliseconds(20)),
      watch: { _ in })
    return try await run.run()
  }

  static func program(_ name: String) -> URL {
    URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent(name)
  }
}

struct TortureFailure: Error, CustomStringConvertible {
  let description: String

  init(_ sentence: String) { description = sentence }
}
