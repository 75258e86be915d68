import ArgumentParser
import Compiler
import Foundation
import GraphIR

struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile", abstract: "Turn a model into a training step in C, planned for a board's memory.")

  @Argument(help: "A .tflite file.")
  var model: String

  @Option(name: .long, help: "The board whose memory the plan must fit.")
  var board = Workspace.defaultBoard

  @OptionGroup var settings: CompileSettings

  @Flag(name: .long, help: "Write the artifact even where the board's memory does not suffice.")
  var force = false

  @Flag(name: .long, help: "Print the arena operation by operation, who is alive at the peak, and what training costs.")
  var explain = false

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The artifact's folder.", valueName: "dir"))
  var output: String

  @OptionGroup var options: GlobalOptions

  func run() throws {
    let board = try Workspace.catalog().board(named: board)
    let compiled = try Workspace.compile(model, board: board, options: settings, isForced: force)
    try compiled.write(to: URL(fileURLWithPath: output))
    let report = CompileReport(compiled, path: output, boardBytes: board.sramBytes, explains: explain)
    options.print(report, text: report.text)
  }
}
