import WireProtocol

/// A copy of a training state, segment by segment, that goes on where it stood when the connection
/// broke. It is of one moment only while the device stands where it stood: `continues(at:)`.
///
/// Invariants: bytes are appended in order; `asked` is never less than `byteCount`.
package struct StateReading: Sendable {
  /// What the device said when the copy began.
  private let bootID: UInt32
  private let run: UInt64
  private let position: UInt32
  private let table: [Wire.SegmentInfo]
  private var bytes: [[UInt8]]
  /// Bytes of the whole state that are asked for.
  private var asked = 0

  /// - Parameter position: index of the sample that the device will apply next.
  package init(of device: Wire.DeviceInfo, run: UInt64, position: UInt32) {
    bootID = device.bootID
    self.run = run
    self.position = position
    table = device.segments
    bytes = table.map { _ in [] }
  }

  /// Whether what is there is of the same state still.
  package func continues(of device: Wire.DeviceInfo, run: UInt64, position: UInt32) -> Bool {
    device.bootID == bootID && device.segments == table && run == self.run && position == self.position
  }

  package var byteCount: Int { bytes.reduce(0) { $0 + $1.count } }
  package var totalBytes: Int { table.reduce(0) { $0 + Int($1.byteCount) } }
  package var isComplete: Bool { byteCount == totalBytes }

  package var segments: [StateSegment] { zip(table, bytes).map { StateSegment(kind: $0.kind, bytes: $1) } }

  /// What was asked and not answered is asked again.
  package mutating func rewind() { asked = byteCount }

  /// The next piece to ask for; nil when all is asked.
  package mutating func nextRequest(pieceBytes: Int) -> Wire.Message? {
    guard let (index, offset) = place(asked) else { return nil }
    let count = min(pieceBytes, Int(table[index].byteCount) - offset)
    asked += count
    return .segmentRead(.init(segment: table[index].kind, offset: UInt32(offset), count: UInt32(count)))
  }

  /// False for a piece that is not the next one. A device may send less than it was asked for: the
  /// rest is asked for again.
  package mutating func take(_ data: Wire.SegmentData) -> Bool {
    guard let (index, offset) = place(byteCount), data.segment == table[index].kind,
      Int(data.offset) == offset, !data.data.isEmpty,
      data.data.count <= Int(table[index].byteCount) - offset
    else { return false }
    bytes[index] += data.data
    return true
  }

  /// Segment and offset of a byte of the whole state; nil behind its end.
  private func place(_ position: Int) -> (index: Int, offset: Int)? {
    var rest = position
    for (index, info) in table.enumerated() {
      if rest < Int(info.byteCount) { return (index, rest) }
      rest -= Int(info.byteCount)
    }
    return nil
  }
}
