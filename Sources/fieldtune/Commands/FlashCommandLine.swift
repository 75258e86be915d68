import ArgumentParser
import FirmwareBuild

struct FlashCommandLine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flash", abstract: "Build an artifact's firmware and program the board that is connected.")

  @Argument(help: "A folder written by 'fieldtune compile'.")
  var dir: String

  @Option(name: .long, help: "The board.")
  var board: String

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let board: String
    let elf: String
    let command: [String]
  }

  func run() throws {
    let board = try Workspace.catalog().board(named: board)
    let build = try Firmware.build(try Workspace.openArtifact(dir), for: board)
    let command = try FlashCommand(board: board, report: build)
    options.note(([command.program] + command.arguments).joined(separator: " "))
    let output = try command.run()
    options.detail(output)
    options.print(
      Report(board: board.name, elf: build.elf, command: [command.program] + command.arguments),
      text: "\(board.name): programmed")
  }
}
