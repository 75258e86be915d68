import ArgumentParser
import FirmwareBuild

struct BoardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boards", abstract: "List the boards firmware can be built for.")

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    struct Row: Encodable {
      let name: String
      let title: String
      let core: String
      let runs: String
      let flashBytes: Int
      let sramBytes: Int
      let serial: Board.Serial
      let qemu: String?
      /// Whether the emulator runs its firmware.
      let emulated: Bool
      /// What `--device` may name to run its firmware, or its step on the same core, on this machine.
      let devices: [String]
    }

    let boards: [Row]
  }

  func run() throws {
    let catalog = try Workspace.catalog()
    let report = Report(
      boards: catalog.boards.map { board in
        Report.Row(
          name: board.name, title: board.title, core: board.core, runs: board.runs.rawValue,
          flashBytes: board.flashBytes, sramBytes: board.ramBytes, serial: board.serial, qemu: board.qemu?.machine,
          emulated: board.isEmulated, devices: Self.devices(of: board, in: catalog))
      })
    options.print(report, text: Self.text(of: report))
  }

  private static func devices(of board: Board, in catalog: BoardCatalog) -> [String] {
    if board.runs == .host { return ["host"] }
    let emulator = board.isEmulated ? ["emulator:\(board.name)"] : []
    return emulator + (catalog.standIn(for: board).map { ["qemu:\($0.name)"] } ?? [])
  }

  private static func text(of report: Report) -> String {
    var table = TextTable(["board", "core", "runs", "flash KB", "SRAM KB", "baud", "--device", "title"])
    for row in report.boards {
      table.add([
        row.name, row.core, row.runs, row.flashBytes == 0 ? "-" : "\(row.flashBytes / 1024)",
        row.sramBytes == 0 ? "-" : "\(row.sramBytes / 1024)", "\(row.serial.defaultBaud)",
        row.devices.joined(separator: ", "), row.title,
      ])
    }
    return table.text
  }
}
