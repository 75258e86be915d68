import Foundation

/// Programs that write their arguments down, one a line and an empty line behind each call, and then print and end as
/// they are told.
struct FakeProgrammer {
  private let folder: TemporaryFolder

  init(_ names: [String], prints: String = "", status: Int32 = 0) throws {
    folder = try TemporaryFolder()
    try prints.write(to: folder.url.appendingPathComponent("output"), atomically: true, encoding: .utf8)
    for name in names {
      let script = """
        #!/bin/sh
        printf '%s\\n' "$@" '' >> '\(folder.url.path)/\(name).calls'
        cat '\(folder.url.path)/output'
        exit \(status)
        """
      let program = folder.url.appendingPathComponent(name)
      try script.write(to: program, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    }
  }

  var searchPath: String { folder.url.path }

  func calls(of name: String) throws -> [[String]] {
    try String(contentsOf: folder.url.appendingPathComponent("\(name).calls"), encoding: .utf8)
      .components(separatedBy: "\n\n").map { $0.split(separator: "\n").map(String.init) }.filter { !$0.isEmpty }
  }
}
