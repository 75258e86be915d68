/// Why a trained model cannot be written, as one sentence: where, found, expected, what to do.
package struct ExportError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable {
    /// Model file, manifest and training state do not belong together.
    case mismatch
    /// The file system refuses, a full disk included.
    case unwritable
  }

  package let kind: Kind
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
}
