import ArgumentParser
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
    options.print(report, text: Self.text(of: report))
  }

  private static func text(of report: BuildReport) -> String {
    var table = TextTable(["\(report.board)", "bytes"])
    table.add(["flash", Number.grouped(report.flashBytes)])
    table.add(["SRAM: arena", Number.grouped(report.arenaBytes)])
    table.add(["SRAM: training state", Number.grouped(report.stateBytes)])
    table.add(["SRAM: runtime, link and samples", Number.grouped(report.dataBytes)])
    table.add(["SRAM: stack reserved", Number.grouped(report.stackReservedBytes)])
    table.add(["SRAM: all", Number.grouped(report.sramBytes)])
    table.add(["stack bound, computed", report.stackBoundBytes.map(Number.grouped) ?? "-"])
    for region in report.regions {
      table.add(["region \(region.name), of \(Number.grouped(region.bytes))", Number.grouped(region.usedBytes)])
    }
    return table.text + report.elf + "\n"
  }
}
