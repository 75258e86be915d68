/// The line of each key of a TOML file, for messages: the reader of TOML itself does not tell.
///
/// It reads headers of tables and what stands before `=`. In a file that is TOML it may miss a key, and takes the
/// line of the table it is in then; it never makes one up.
struct KeyLines {
  private var lines: [String: Int] = [:]

  init(_ text: String) {
    var table = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.drop { $0 == " " || $0 == "\t" }
      if line.first == "[", let end = line.firstIndex(of: "]") {
        table = Self.plain(line[..<end].dropFirst())
        note(table, index + 1)
      } else if line.first != "#", let end = line.firstIndex(of: "=") {
        note((table.isEmpty ? "" : table + ".") + Self.plain(line[..<end]), index + 1)
      }
    }
  }

  /// The line of the key, or of the nearest table above it.
  subscript(key: String) -> Int? {
    var parts = key.split(separator: ".")
    while !parts.isEmpty {
      if let line = lines[parts.joined(separator: ".")] { return line }
      parts.removeLast()
    }
    return nil
  }

  private mutating func note(_ key: String, _ line: Int) {
    if lines[key] == nil { lines[key] = line }
  }

  private static func plain(_ text: Substring) -> String { String(text.filter { !" \t\"'[".contains($0) }) }
}
