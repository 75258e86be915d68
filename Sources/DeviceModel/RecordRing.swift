import WireProtocol

/// The STEP records of the samples applied last, to answer repeats without applying them again.
///
/// Invariant: `records` holds the indices `next - records.count ..< next` of one run, in order; indices
/// wrap.
/// Twin of Firmware/runtime/record_ring.c.
struct RecordRing {
  static let slots = 8

  private(set) var records: [Wire.Step] = []
  /// Index of the sample to be applied next.
  private(set) var next: UInt32 = 0

  /// Index of the oldest record kept; `next` when there is none.
  var oldest: UInt32 { next &- UInt32(records.count) }

  /// Forgets every record; `next` is the index of the first sample to come.
  mutating func clear(next: UInt32) {
    records.removeAll()
    self.next = next
  }

  /// Keeps `record`, whose index must be `next`, in place of the oldest when the ring is full.
  mutating func add(_ record: Wire.Step) {
    precondition(record.index == next, "record of index \(record.index), expected \(next)")
    if records.count == Self.slots { records.removeFirst() }
    records.append(record)
    next &+= 1
  }

  /// The record of `index`; nil when it is not applied yet or was overwritten.
  subscript(index: UInt32) -> Wire.Step? {
    let position = index &- oldest
    return position < records.count ? records[Int(position)] : nil
  }
}
