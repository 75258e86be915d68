/// Text with indentation, built up as a value.
package struct SourceWriter {
  private(set) package var text = ""
  private let step: String
  private var depth = 0

  /// `indentation` is the number of spaces of one level.
  package init(indentation: Int) {
    step = String(repeating: " ", count: indentation)
  }

  package mutating func line(_ line: String = "") {
    if !line.isEmpty { text += String(repeating: step, count: depth) + line }
    text += "\n"
  }

  /// `open`, the indented body, `close`.
  package mutating func block(
    _ open: String, _ close: String = "}", _ body: (inout SourceWriter) -> Void
  ) {
    line(open)
    depth += 1
    body(&self)
    depth -= 1
    line(close)
  }

  /// Breaks `prose` at `width` columns, each line behind `prefix`.
  package mutating func comment(_ prose: String, prefix: String, width: Int = 100) {
    let room = width - depth * step.count - prefix.count
    var current = ""
    for word in prose.split(separator: " ") {
      if !current.isEmpty, current.count + 1 + word.count > room {
        line(prefix + current)
        current = ""
      }
      current += current.isEmpty ? word : " " + word
    }
    line(prefix + current)
  }
}

extension String {
  /// `bootID` becomes `boot_id`, `lossQ16` becomes `loss_q16`.
  package var snakeCase: String {
    var result = ""
    var previousIsLowercase = false
    for character in self {
      if character.isUppercase, previousIsLowercase { result += "_" }
      result += character.lowercased()
      previousIsLowercase = !character.isUppercase
    }
    return result
  }

  /// `stepReport` becomes `StepReport`.
  package var capitalizedName: String {
    prefix(1).uppercased() + dropFirst()
  }
}
