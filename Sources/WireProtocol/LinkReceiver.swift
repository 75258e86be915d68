/// The receiving half of a connection: order, early frames, messages of several fragments.
///
/// Invariants
///   - `early` holds frames with sequence numbers in (`expected`, `expected` + 64), nothing else.
///   - A message under assembly never exceeds the schema's `maximumMessageBytes`.
package struct LinkReceiver: Sendable {
  package struct Delivery: Equatable, Sendable {
    package var channel: Wire.Channel
    package var bytes: [UInt8]
  }

  private(set) var expected: UInt16 = 0
  private var early: [UInt16: Frame] = [:]
  private var assemblies: [Wire.Channel: [UInt8]] = [:]
  private(set) var duplicates = 0
  /// Fragments without a beginning, and messages that grew too long.
  private(set) var malformed = 0

  package init() {}

  /// Bytes of samples that arrived and are not whole messages yet.
  var partialSampleBytes: Int { assemblies[.samples]?.count ?? 0 }

  /// Bit i: the frame `expected` + 1 + i is held.
  var selective: UInt64 {
    early.keys.reduce(0) { $0 | 1 << UInt64($1 &- expected &- 1) }
  }

  /// Takes a DATA frame; returns the messages it completes, in order.
  package mutating func take(_ frame: Frame) -> [Delivery] {
    let distance = frame.sequence &- expected
    guard distance < Wire.windowFrames, early[frame.sequence] == nil else {
      duplicates += 1
      return []
    }
    guard distance == 0 else {
      early[frame.sequence] = frame
      return []
    }
    var deliveries = assemble(frame)
    expected &+= 1
    while let next = early.removeValue(forKey: expected) {
      deliveries += assemble(next)
      expected &+= 1
    }
    return deliveries
  }

  private mutating func assemble(_ frame: Frame) -> [Delivery] {
    var bytes = frame.isFirst ? [] : assemblies.removeValue(forKey: frame.channel)
    bytes?.append(contentsOf: frame.body)
    guard let bytes, bytes.count <= Wire.maximumMessageBytes else {
      assemblies[frame.channel] = nil
      malformed += 1
      return []
    }
    assemblies[frame.channel] = frame.isLast ? nil : bytes
    return frame.isLast ? [Delivery(channel: frame.channel, bytes: bytes)] : []
  }
}
