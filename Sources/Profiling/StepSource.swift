/// Which operation a line of `training_step.c` belongs to: that of the last comment `/* 12. NAME` above it in its function.
package struct StepSource: Sendable {
  package static let fileName = "training_step.c"

  package enum Part: Hashable, Sendable {
    /// By its position in the training graph.
    case operation(Int)
    /// What a function does between operations.
    case function(String)
  }

  /// By line, from 1.
  private var parts: [Part?] = [nil]

  package init(text: String) {
    var function: Part?
    var part: Part?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let name = Self.functionName(line) {
        function = .function(name)
        part = function
      } else if line.hasPrefix("}") {
        part = nil
      } else if function != nil, let position = Self.position(line) {
        part = .operation(position)
      }
      parts.append(part)
    }
  }

  package func part(atLine number: Int) -> Part? { parts.indices.contains(number) ? parts[number] : nil }

  /// `static void forward(bool training) {`: of a function that begins at the margin.
  private static func functionName(_ line: Substring) -> String? {
    guard line.hasPrefix("static "), let open = line.firstIndex(of: "("), !line.contains("="), !line.hasSuffix(";")
    else {
      return nil
    }
    return line[..<open].split(separator: " ").last.map(String.init)
  }

  private static func position(_ line: Substring) -> Int? {
    let text = line.drop { $0 == " " }
    guard text.hasPrefix("/* ") else { return nil }
    let digits = text.dropFirst(3).prefix(while: \.isNumber)
    return text[digits.endIndex...].hasPrefix(". ") ? Int(digits) : nil
  }
}
