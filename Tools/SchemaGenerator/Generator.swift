import Foundation

/// Everything the schema generates, as values.
package struct Generator {
  /// Path below the project's root, and contents.
  package let files: [(path: String, text: String)]

  package init(schema: Schema) {
    let swift = SwiftEmitter(schema).files.map { ("Sources/WireProtocol/Generated/" + $0, $1) }
    let c = CEmitter(schema).files.map { ("Firmware/runtime/" + $0, $1) }
    let reference = ("Protocol/MESSAGES.md", ReferenceEmitter(schema).page)
    let dissector = ("Protocol/fieldtune.lua", WiresharkEmitter(schema).script)
    files = (swift + c + [reference, dissector]).sorted { $0.0 < $1.0 }.map { (path: $0.0, text: $0.1) }
  }

  /// Reads `Protocol/schema.json` below `root`.
  package init(root: URL) throws {
    let source = root.appending(path: "Protocol/schema.json")
    self.init(schema: try Schema(json: Data(contentsOf: source)))
  }

  /// Paths of files that are missing below `root` or differ from what would be written.
  package func stalePaths(root: URL) -> [String] {
    files.filter { file in
      FileManager.default.contents(atPath: root.appending(path: file.path).path)
        != Data(file.text.utf8)
    }.map(\.path)
  }

  package func write(root: URL) throws {
    for file in files {
      let target = root.appending(path: file.path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: target)
    }
  }
}
