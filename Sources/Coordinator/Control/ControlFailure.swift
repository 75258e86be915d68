/// Why the daemon did not do what it was asked for, as one sentence.
package struct ControlFailure: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The request cannot be read, or asks for what there is not.
    case request
    /// The device is at work, or the daemon is about to end.
    case busy
    /// The device is absent, another one, or said no.
    case device
    /// Artifact and data do not fit each other.
    case data
    /// The store of runs failed, a full disk included.
    case store
    /// The daemon cannot be reached, or went away.
    case daemon
    /// Anything else.
    case other
  }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }
}
