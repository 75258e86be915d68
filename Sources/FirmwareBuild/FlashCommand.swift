import Foundation

/// The command that programs a board.
package struct FlashCommand: Hashable, Sendable {
  /// Path of the program.
  package let program: String
  package let arguments: [String]

  /// Takes the first of the board's recipes whose program is installed.
  ///
  /// - Throws: `.notFlashable` for a board that is no hardware, `.missingTool` when none is installed.
  package init(board: Board, report: BuildReport) throws(FirmwareBuildError) {
    try self.init(board: board, report: report, searchPath: Tool.environmentPath)
  }

  /// The same with the folders to look in, separated by colons.
  package init(board: Board, report: BuildReport, searchPath: String) throws(FirmwareBuildError) {
    guard let binary = report.binary, let first = board.flashing.first else {
      throw .notFlashable(board: board.name)
    }
    for recipe in board.flashing {
      guard let path = Tool.find(recipe.tool, searchPath: searchPath) else { continue }
      program = path
      arguments = recipe.arguments.map {
        $0.replacing("{bin}", with: binary).replacing("{elf}", with: report.elf)
      }
      return
    }
    throw .missingTool(name: first.tool, packages: ["stlink-tools", "openocd"])
  }

  /// Programs the board that is connected; blocks until it is done.
  ///
  /// - Returns: what the program printed.
  package func run() throws(FirmwareBuildError) -> String {
    let result = try Tool(path: program).run(arguments)
    guard result.status == 0 else {
      let reason = "ended with status \(result.status): \(result.output)"
      throw .processFailed(program: program, reason: reason)
    }
    return result.output
  }
}
