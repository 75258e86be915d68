/// How much one side of the daemon's socket takes from the other.
package enum ControlLimits {
  /// Most clients connected at once.
  package static let clients = 64
  /// Longest line of a request. A part of `chunkBytes` fits with room to spare.
  package static let requestLineBytes = 256 * 1024
  /// Longest line of a reply: a result carries one loss for every step.
  package static let replyLineBytes = 64 * 1024 * 1024
  /// Bytes of an upload that one request carries, before base64.
  package static let chunkBytes = 96 * 1024
  /// Most bytes of an uploaded artifact, its four files together.
  package static let artifactBytes = 64 * 1024 * 1024
  /// Most bytes of uploaded samples, labels included.
  package static let dataBytes = 1024 * 1024 * 1024
}
