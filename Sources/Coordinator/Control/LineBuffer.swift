/// Cuts a byte stream into lines.
///
/// Invariant: between two calls it holds less than one line of at most `limitBytes`.
package struct LineBuffer: Sendable {
  private let limitBytes: Int
  private var partial: [UInt8] = []

  package init(limitBytes: Int) { self.limitBytes = limitBytes }

  /// The lines that `bytes` complete, without their ends; empty ones are left out.
  ///
  /// - Throws: `ControlFailure` for a line longer than the limit; the stream cannot be read on then.
  package mutating func lines(completedBy bytes: some Collection<UInt8>) throws(ControlFailure) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      try append(rest[..<end])
      if !partial.isEmpty { lines.append(partial) }
      partial = []
      rest = rest[rest.index(after: end)...]
    }
    try append(rest)
    return lines
  }

  private mutating func append(_ bytes: some Collection<UInt8>) throws(ControlFailure) {
    guard partial.count + bytes.count <= limitBytes else {
      throw ControlFailure(
        .request, "line: found more than \(limitBytes) B, expected a shorter one: send data in parts")
    }
    partial.append(contentsOf: bytes)
  }
}
