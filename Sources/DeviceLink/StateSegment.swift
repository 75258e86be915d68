import WireProtocol

/// One segment of the training state: a checkpoint is all of them, in digest order.
package struct StateSegment: Hashable, Sendable {
  package var kind: Wire.SegmentKind
  /// Little endian, as on the device.
  package var bytes: [UInt8]

  package init(kind: Wire.SegmentKind, bytes: [UInt8]) {
    self.kind = kind
    self.bytes = bytes
  }

  /// Most bytes that one SEGMENT_DATA or SEGMENT_WRITE carries (Protocol/schema.json).
  static let bytesPerMessage = 600
}
