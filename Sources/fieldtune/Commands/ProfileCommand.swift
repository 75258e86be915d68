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

  @Option(name: .long, help: "Wait states of flash: raises the high end to what no cache holds.")
  var waitStates = 0

  @Option(
    name: .long, help: "Print the code that takes most cycles: so many runs of instructions without a branch between.")
  var hot = 0

  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (0...15).contains(waitStates) else {
      throw ValidationError("--wait-states: found \(waitStates), expected 0 to 15")
    }
    guard hot >= 0 else { throw ValidationError("--hot: found \(hot), expected 0 or more") }
  }

  func run() throws {
    let artifact = try Workspace.openArtifact(dir)
    let catalog = try Workspace.catalog()
    let board = try Self.board(board, of: artifact, in: catalog)
    let machine = try Self.machine(for: board, in: catalog)
    let built = try build(artifact, for: board)
    options.note("counting one step on \(machine.name)")
    let step = try StepCounter(builder: FirmwareBuilder(root: FirmwareRoot.locate()))
      .run(artifactDirectory: artifact.directory, board: machine, watchesMemory: true)
    let timing = try Core.timing(of: board.core)
    let (counts, code) = (try ExecutionCounts(text: step.counts), Disassembly(objdump: step.disassembly))
    let source = try String(contentsOf: artifact.file(StepSource.fileName), encoding: .utf8)
    let report = ProfileReport(
      try Profile(counts, code: code, source: StepSource(text: source), timing: timing, waitStates: waitStates),
      hot: try HotBlock.hottest(hot, of: counts, code: code, timing: timing, waitStates: waitStates),
      of: try artifact.trainingGraph(), board: board, machine: machine.name, built: built, waitStates: waitStates,
      confidence: timing.confidence)
    options.print(report, text: report.text)
  }

  /// What does not fit its board is worth a profile all the same; nil then, and a note that says why.
  private func build(_ artifact: Artifact, for board: Board) throws -> BuildReport? {
    do {
      return try Firmware.build(artifact, for: board)
    } catch let error as FirmwareBuildError {
      switch error {
      case .memoryOverflow, .stackTooSmall: options.note(error.description)
      default: throw error
      }
      return nil
    }
  }

  /// A machine of QEMU with the board's core; its memory does not matter for counting.
  private static func machine(for board: Board, in catalog: BoardCatalog) throws -> Board {
    let machine = catalog.boards.first { $0.core == board.core && $0.qemu?.machine.hasPrefix("mps2-") == true }
    guard let machine else { throw FirmwareBuildError.noStandIn(board: board.name) }
    return machine
  }

  /// An artifact that was compiled for the host has no core of its own.
  private static func board(_ name: String?, of artifact: Artifact, in catalog: BoardCatalog) throws -> Board {
    let board = try catalog.board(named: name ?? artifact.manifest.board)
    return name == nil && board.runs == .host ? try catalog.board(named: Workspace.defaultBoard) : board
  }
}
