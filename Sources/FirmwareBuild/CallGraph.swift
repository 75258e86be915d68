/// Who calls whom and with how large a frame, from the `.ci` files of `gcc -fcallgraph-info=su`.
///
/// The files are in VCG: a line `node: { title: "f" label: "f\nfile.c:1:2\n24 bytes (static)" }` for a
/// function defined in the file, the same with `shape : ellipse` and no size for one it only calls, and
/// `edge: { sourcename: "f" targetname: "g" … }`. Calls through pointers go to `__indirect_call`.
struct CallGraph: Hashable, Sendable {
  /// Target of every call through a pointer.
  static let indirectCall = "__indirect_call"

  struct Function: Hashable, Sendable {
    var frameBytes: Int
    /// False where the frame's size is known only when it runs (`alloca`, arrays of variable length).
    var isStatic: Bool
    /// Where it is defined, `path/file.c:line:column`.
    var location: String
    var callees: [String] = []
  }

  private(set) var functions: [String: Function] = [:]

  /// Adds the functions of one `.ci` file.
  mutating func add(_ text: String) throws(FirmwareBuildError) {
    for line in text.split(separator: "\n") {
      if line.hasPrefix("node:") {
        try addNode(String(line))
      } else if line.hasPrefix("edge:") {
        try addEdge(String(line))
      }
    }
  }

  private mutating func addNode(_ line: String) throws(FirmwareBuildError) {
    guard let title = Self.value("title", in: line), let label = Self.value("label", in: line) else {
      throw .unreadableToolOutput(tool: "gcc -fcallgraph-info", line: line)
    }
    let parts = Self.split(label)
    guard parts.count >= 3 else { return }
    let words = parts[2].split(separator: " ")
    guard words.count >= 3, words[1] == "bytes", let bytes = Int(words[0]) else {
      throw .unreadableToolOutput(tool: "gcc -fcallgraph-info", line: line)
    }
    let isStatic = words[2] == "(static)"
    functions[title] = Function(frameBytes: bytes, isStatic: isStatic, location: parts[1])
  }

  private mutating func addEdge(_ line: String) throws(FirmwareBuildError) {
    guard let source = Self.value("sourcename", in: line),
      let target = Self.value("targetname", in: line)
    else { throw .unreadableToolOutput(tool: "gcc -fcallgraph-info", line: line) }
    functions[source]?.callees.append(target)
  }

  /// The quoted text after `key: `.
  private static func value(_ key: String, in line: String) -> String? {
    guard let start = line.range(of: "\(key): \"") else { return nil }
    let rest = line[start.upperBound...]
    guard let end = rest.firstIndex(of: "\"") else { return nil }
    return String(rest[..<end])
  }

  /// A label's lines, which are set apart by a backslash and an n.
  private static func split(_ label: String) -> [String] {
    label.replacing("\\n", with: "\n").split(separator: "\n").map(String.init)
  }
}
