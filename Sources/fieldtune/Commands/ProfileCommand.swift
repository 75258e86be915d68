import ArgumentParser
import ArtifactManifest
import DeviceModel
import FirmwareBuild
import Foundation
import Profiling

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Count one training step in QEMU and say what each operation would take on the board.",
    discussion: "Needs no board. What the figures are worth stands below them and in Documentation/cycles.md.")

  @Argument(help: "A folder written by 'fieldtune compile'.")
  var dir: String

  @Option(name: .long, help: "The board whose core and clock to assume; the artifact's own when absent.")
  var board: String?

  @Option(name: .long, help: "Wait states of flash: raises the high end to code that no cache holds.")
  var waitStates = 0

  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (0...15).contains(waitStates) else {
      throw ValidationError("--wait-states: found \(waitStates), expected 0 to 15")
    }
  }

  func run() throws {
    let artifact = try Workspace.openArtifact(dir)
    let catalog = try Workspace.catalog()
    let board = try Self.board(board, of: artifact, in: catalog)
    let machine = try catalog.qemuBoard(for: board)
    let built = try Firmware.build(artifact, for: board)
    options.note("counting one step on \(machine.name)")
    let step = try StepCounter(builder: FirmwareBuilder(root: FirmwareRoot.locate()))
      .run(artifactDirectory: artifact.directory, board: machine, watchesMemory: true)
    let timing = try Core.timing(of: board.core)
    let profile = try Profile(
      ExecutionCounts(text: step.counts), code: Disassembly(objdump: step.disassembly),
      source: StepSource(text: String(contentsOf: artifact.file(StepSource.fileName), encoding: .utf8)), timing: timing,
      waitStates: waitStates)
    let report = ProfileReport(
      profile, of: try artifact.trainingGraph(), board: board, machine: machine.name, built: built,
      waitStates: waitStates, confidence: timing.confidence)
    options.print(report, text: report.text)
  }

  /// An artifact that was compiled for the host has no core of its own.
  private static func board(_ name: String?, of artifact: Artifact, in catalog: BoardCatalog) throws -> Board {
    let board = try catalog.board(named: name ?? artifact.manifest.board)
    return name == nil && board.runs == .host ? try catalog.board(named: Workspace.defaultBoard) : board
  }
}
