/// Changes to a FlatBuffer that leave every byte in place but the offsets that are redirected: what is new stands at the
/// end of the file, where forward offsets reach it.
struct FlatBufferPatch {
  private(set) var bytes: [UInt8]

  init(_ reader: FlatBufferReader) { bytes = reader.bytes }

  /// Redirects a field to a new vector. Nothing happens where the field is absent: its default stays.
  mutating func replace(_ slot: Int, of table: FlatBufferTable, by elements: [some FixedWidthInteger]) throws {
    guard let place = try table.field(slot, size: 4) else { return }
    let data = elements.flatMap { element -> [UInt8] in withUnsafeBytes(of: element.littleEndian) { Array($0) } }
    let position = append(data, count: elements.count)
    write(UInt32(position - place), at: place)
  }

  mutating func replace(_ slot: Int, of table: FlatBufferTable, by elements: [Float]) throws {
    try replace(slot, of: table, by: elements.map(\.bitPattern))
  }

  /// A count and elements, the latter at a multiple of 16 bytes, which suits every element and TFLite's buffers.
  private mutating func append(_ data: [UInt8], count: Int) -> Int {
    while (bytes.count + 4) % 16 != 0 { bytes.append(0) }
    let position = bytes.count
    bytes += withUnsafeBytes(of: UInt32(count).littleEndian) { Array($0) }
    bytes += data
    return position
  }

  private mutating func write(_ value: UInt32, at place: Int) {
    bytes.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: value.littleEndian) { Array($0) })
  }
}
