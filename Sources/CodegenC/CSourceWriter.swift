/// C source as a value: lines, indentation, wrapped initializers.
struct CSourceWriter {
  private var lines: [String] = []
  private var indentation = 0
  private static let columns = 100

  var text: String { lines.joined(separator: "\n") + "\n" }

  mutating func line(_ text: String = "") {
    lines.append(text.isEmpty ? "" : String(repeating: " ", count: 4 * indentation) + text)
  }

  mutating func block(_ opening: String, closing: String = "}", _ body: (inout CSourceWriter) -> Void) {
    line(opening)
    indentation += 1
    body(&self)
    indentation -= 1
    line(closing)
  }

  /// A comment of one or more lines. Names from model files may hold anything; here they become plain ASCII.
  mutating func comment(_ lines: [String]) {
    let text = lines.map(Self.plain)
    guard let first = text.first else { return }
    guard text.count > 1 else {
      line("/* \(first) */")
      return
    }
    line("/* " + first)
    for (index, next) in text.dropFirst().enumerated() {
      line(" * " + next + (index == text.count - 2 ? " */" : ""))
    }
  }

  private static func plain(_ text: String) -> String {
    let printable = String(
      String.UnicodeScalarView(text.unicodeScalars.map { (" "..."~").contains($0) ? $0 : "?" }))
    return printable.replacing("*/", with: "* /").replacing("/*", with: "/ *")
  }

  /// `head a, b, c tail`, wrapped at the column limit behind commas.
  mutating func wrapped(_ head: String, _ items: [String], _ tail: String) {
    let indent = String(repeating: " ", count: 4 * indentation)
    var current = indent + head
    var isFirst = true
    for (index, item) in items.enumerated() {
      let piece = item + (index == items.count - 1 ? tail : ",")
      if current.count + piece.count + 1 > Self.columns, !isFirst || current.count > indent.count {
        lines.append(current)
        current = indent + "    " + piece
      } else {
        current += (current.hasSuffix("(") || current.hasSuffix("{") ? "" : " ") + piece
      }
      isFirst = false
    }
    lines.append(items.isEmpty ? current + tail : current)
  }
}
