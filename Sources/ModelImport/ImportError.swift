/// Why a model file cannot be imported, as one sentence: where, found, expected, what to do.
package struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable {
    /// The bytes are no well-formed model.
    case damaged
    /// A well-formed model that uses what is not supported.
    case unsupported
    /// The file cannot be read.
    case unreadable
  }

  package let kind: Kind
  /// The part of the model: an operation, a tensor, a table of the file.
  package let location: String
  package let found: String
  package let expected: String
  package let advice: String

  package init(_ kind: Kind, _ location: String, found: String, expected: String, advice: String) {
    self.kind = kind
    self.location = location
    self.found = found
    self.expected = expected
    self.advice = advice
  }

  package var description: String { "\(location): found \(found), expected \(expected); \(advice)" }

  /// Damage somewhere in the file. There is one thing to do about it.
  static func damaged(_ location: String, found: String, expected: String) -> ImportError {
    ImportError(
      .damaged, location, found: found, expected: expected,
      advice: "the file is damaged or cut off: copy or export it again")
  }

  static func unsupported(
    _ location: String, found: String, expected: String, advice: String
  ) -> ImportError {
    ImportError(.unsupported, location, found: found, expected: expected, advice: advice)
  }
}
