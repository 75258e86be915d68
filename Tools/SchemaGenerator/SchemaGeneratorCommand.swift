import Foundation

/// `schema-generator [--check] [ROOT]`: writes the files generated from `Protocol/schema.json`
/// below ROOT (the working folder by default), or says which of them are out of date.
@main
struct SchemaGeneratorCommand {
  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    let checkOnly = arguments.first == "--check"
    if checkOnly { arguments.removeFirst() }
    let root = URL(filePath: arguments.first ?? FileManager.default.currentDirectoryPath)
    do {
      let generator = try Generator(root: root)
      if checkOnly {
        let stale = generator.stalePaths(root: root)
        for path in stale { print("\(path): out of date; run schema-generator") }
        exit(stale.isEmpty ? 0 : 1)
      }
      try generator.write(root: root)
    } catch {
      FileHandle.standardError.write(Data("schema-generator: \(error)\n".utf8))
      exit(2)
    }
  }
}
