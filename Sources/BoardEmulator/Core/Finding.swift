/// Why a machine stopped: always one sentence that says where, what was found and what was expected.
package struct Finding: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable {
    /// The firmware used what this emulator does not model.
    case notModelled
    /// The firmware broke a rule of the chip; on the board it would fail, perhaps rarely.
    case brokenRule
    /// A fault within a fault: the core has locked up.
    case lockup
    /// The emulator cannot go on.
    case broken
  }

  package let kind: Kind
  package let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
