import WireProtocol

/// A training state on its way into a device, which goes on where it stood when the connection broke,
/// as long as the device was not reset and no run was opened: `continues(on:)`.
package struct StateWriting: Sendable {
  private let bootID: UInt32
  /// The run that ended before the writing began.
  private let lastRun: UInt64
  package let segments: [StateSegment]
  /// Bytes of the whole state that the device has, and that are sent.
  package private(set) var written = 0
  private var sent = 0

  /// - Parameter lastRun: number of the last run the device had open.
  package init(_ segments: [StateSegment], into device: Wire.DeviceInfo, lastRun: UInt64) {
    self.segments = segments
    bootID = device.bootID
    self.lastRun = lastRun
  }

  package func continues(on device: Wire.DeviceInfo) -> Bool {
    device.bootID == bootID && device.run == lastRun && device.state == .ended
  }

  package var totalBytes: Int { segments.reduce(0) { $0 + $1.bytes.count } }
  package var isComplete: Bool { written == totalBytes }

  /// What was sent and not confirmed is sent again.
  package mutating func rewind() { sent = written }

  package mutating func nextRequest(pieceBytes: Int) -> Wire.Message? {
    var rest = sent
    for segment in segments {
      if rest < segment.bytes.count {
        let data = Array(segment.bytes[rest...].prefix(pieceBytes))
        sent += data.count
        return .segmentWrite(.init(segment: segment.kind, offset: UInt32(rest), data: data))
      }
      rest -= segment.bytes.count
    }
    return nil
  }

  /// Answers come in the order of the requests, and are checked against them by `Conversation`.
  package mutating func confirm(_ report: Wire.SegmentWritten) { written += Int(report.count) }
}
