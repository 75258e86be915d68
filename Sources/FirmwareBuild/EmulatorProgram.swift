import Foundation

/// The program that runs the firmware of real boards on this machine. It stands beside the program that runs, in a build
/// folder and where both are installed, and is a process of its own because the library it uses has another license.
package enum EmulatorProgram {
  package static let name = "fieldtune-emulator"

  /// Nil when it is neither beside this program nor on the search path.
  package static func find() -> String? { Tool.find(name, searchPath: searchPath) }

  package static var searchPath: String { "\(besideUs):\(Tool.environmentPath)" }

  static func tool(searchPath: String) throws(FirmwareBuildError) -> Tool {
    guard let path = Tool.find(name, searchPath: searchPath) else { throw .noEmulator(searched: besideUs) }
    return Tool(path: path)
  }

  private static var besideUs: String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
  }
}
