/// Data that cannot be used, in one sentence: where, what was found, what was expected.
package struct DatasetError: Error, Equatable, CustomStringConvertible {
  package enum Kind: Equatable, Sendable {
    /// The file or folder cannot be read.
    case unreadable
    /// The content contradicts itself or its format.
    case damaged
    /// The content is valid but of a sort that is not read here.
    case unsupported
    /// The data could be read in several ways, or the text that names them in none.
    case ambiguous
    /// The data does not fit the model, or samples do not fit their labels.
    case mismatch
  }

  package let kind: Kind
  /// File and place in it: `digits.npz: array 'x'`.
  package let place: String
  package let found: String
  /// What was expected, and where it helps, what to do.
  package let expected: String

  package init(_ kind: Kind, _ place: String, found: String, expected: String) {
    self.kind = kind
    self.place = place
    self.found = found
    self.expected = expected
  }

  package var description: String { "\(place): found \(found), expected \(expected)" }
}
