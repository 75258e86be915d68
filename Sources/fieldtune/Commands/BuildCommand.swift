import ArgumentParser
import ArtifactManifest
import FirmwareBuild
import Foundation

struct BuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Build an artifact's firmware for a board, and measure it.")

  @Argument(help: "A folder written by 'fieldtune compile'.")
  var dir: String

  @Option(name: .long, help: "The board; the artifact's own when absent.")
  var board: String?

  @OptionGroup var options: GlobalOptions

  func run() throws {
    let artifact = try Workspace.openArtifact(dir)
    let board = try Workspace.catalog().board(named: board ?? artifact.manifest.board)
    let report = try Firmware.build(artifact, for: board)
    options.print(report, text: Self.text(of: report, artifact.manifest, board))
  }

  private static func text(of report: BuildReport, _ manifest: ArtifactManifest, _ board: Board) -> String {
    let memory = MemoryTable(built: report, of: manifest, boardBytes: board.sramBytes)
    var table = TextTable([memory.title, "bytes"])
    table.add(["flash", Number.grouped(report.flashBytes)])
    memory.add(to: &table)
    table.add(["stack bound, computed", report.stackBoundBytes.map(Number.grouped) ?? "-"])
    for region in report.regions {
      table.add(["region \(region.name), of \(Number.grouped(region.bytes))", Number.grouped(region.usedBytes)])
    }
    return table.text + report.elf + "\n"
  }
}
