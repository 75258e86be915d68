/// A table of a FlatBuffer: fields by slot number, each of which may be absent.
///
/// Invariants: the table and its vtable lie within the file, and every field lies within the table.
struct FlatBufferTable: Sendable {
  let reader: FlatBufferReader
  /// The table's type in the schema, for error messages.
  let name: StaticString
  /// Byte offset of the table in the file.
  let position: Int
  private let tableBytes: Int
  private let vtable: Int
  private let vtableBytes: Int

  init(_ reader: FlatBufferReader, at position: Int, name: StaticString) throws {
    self.reader = reader
    self.name = name
    self.position = position
    vtable = position - Int(try reader.integer(Int32.self, at: position, in: name))
    vtableBytes = Int(try reader.integer(UInt16.self, at: vtable, in: name))
    tableBytes = Int(try reader.integer(UInt16.self, at: vtable + 2, in: name))
    guard vtableBytes >= 4, vtableBytes % 2 == 0, vtable + vtableBytes <= reader.bytes.count,
      tableBytes >= 4, position + tableBytes <= reader.bytes.count
    else {
      throw ImportError.damaged(
        "table \(name) at byte \(position)", found: "a vtable of \(vtableBytes) B for a table of \(tableBytes) B",
        expected: "both within the file's \(reader.bytes.count) B")
    }
  }

  /// The byte offset of a field of `size` bytes; nil when it is absent and its default holds.
  func field(_ slot: Int, size: Int) throws -> Int? {
    let entry = 4 + 2 * slot
    guard entry + 2 <= vtableBytes else { return nil }
    let offset = Int(try reader.integer(UInt16.self, at: vtable + entry, in: name))
    guard offset != 0 else { return nil }
    guard offset >= 4, offset + size <= tableBytes else {
      throw ImportError.damaged(
        "table \(name) at byte \(position)", found: "field \(slot) at \(offset)",
        expected: "a place within its \(tableBytes) B")
    }
    return position + offset
  }

  func integer<T: FixedWidthInteger>(_ slot: Int, default standard: T = 0) throws -> T {
    guard let place = try field(slot, size: MemoryLayout<T>.size) else { return standard }
    return try reader.integer(T.self, at: place, in: name)
  }

  func bool(_ slot: Int) throws -> Bool { try integer(slot, default: UInt8(0)) != 0 }

  func float(_ slot: Int, default standard: Float = 0) throws -> Float {
    guard let place = try field(slot, size: 4) else { return standard }
    return try reader.float(at: place, in: name)
  }

  func isPresent(_ slot: Int) throws -> Bool { try field(slot, size: 4) != nil }

  func table(_ slot: Int, _ name: StaticString) throws -> FlatBufferTable? {
    guard let place = try field(slot, size: 4) else { return nil }
    return try FlatBufferTable(reader, at: reader.target(at: place, in: name), name: name)
  }

  /// A vector of elements of `stride` bytes each.
  func vector(_ slot: Int, stride: Int, _ name: StaticString) throws -> FlatBufferVector? {
    guard let place = try field(slot, size: 4) else { return nil }
    return try FlatBufferVector(reader, at: reader.target(at: place, in: name), stride: stride, name: name)
  }

  /// A vector of tables, decoded one by one; empty when absent.
  func tables<Element>(
    _ slot: Int, _ name: StaticString, limit: Int, _ decode: (FlatBufferTable) throws -> Element
  ) throws -> [Element] {
    guard let vector = try vector(slot, stride: 4, name) else { return [] }
    try vector.expectCount(atMost: limit)
    return try (0..<vector.count).map { try decode(vector.table($0)) }
  }

  func string(_ slot: Int, _ name: StaticString, limit: Int) throws -> String? {
    guard let vector = try vector(slot, stride: 1, name) else { return nil }
    try vector.expectCount(atMost: limit)
    return String(decoding: reader.bytes[vector.byteRange], as: UTF8.self)
  }
}
