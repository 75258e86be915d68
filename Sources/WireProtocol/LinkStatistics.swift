/// What a link has seen since it began.
package struct LinkStatistics: Equatable, Sendable {
  package var framesReceived = 0
  package var framesSent = 0
  package var framesResent = 0
  /// Times that nothing arrived any more, and a frame was sent again for it.
  package var timeouts = 0
  /// DATA received again.
  package var duplicates = 0
  /// Frames of another connection.
  package var stale = 0
  /// Frames with this end's own direction bit.
  package var echoes = 0
  /// Messages that cannot be read, and bodies that do not fit their kind.
  package var malformed = 0
  package var tooShort = 0
  package var tooLong = 0
  package var cut = 0
  package var corrupt = 0
  package var reserved = 0

  package init() {}

  /// Pieces between two zeros that were no frame.
  package var damaged: Int { tooShort + tooLong + cut + corrupt + reserved }

  mutating func count(_ error: FrameError) {
    switch error {
    case .tooShort: tooShort += 1
    case .tooLong: tooLong += 1
    case .cut: cut += 1
    case .corrupt: corrupt += 1
    case .reserved: reserved += 1
    case .foreign: stale += 1
    }
  }
}

extension LinkStatistics {
  /// With what `connection` has counted so far.
  func adding(_ connection: Connection) -> LinkStatistics {
    var sum = self
    sum.framesResent += connection.sender.resentFrames
    sum.timeouts += connection.timeouts
    sum.duplicates += connection.receiver.duplicates
    sum.malformed += connection.malformed + connection.receiver.malformed
    return sum
  }
}
