/// A vector of a FlatBuffer: a count, then elements of one size. All of it lies within the file.
struct FlatBufferVector: Sendable {
  let reader: FlatBufferReader
  let name: StaticString
  /// Byte offset of element 0.
  let start: Int
  let count: Int
  /// Bytes of one element.
  let stride: Int

  init(_ reader: FlatBufferReader, at position: Int, stride: Int, name: StaticString) throws {
    self.reader = reader
    self.name = name
    self.stride = stride
    start = position + 4
    count = Int(try reader.integer(UInt32.self, at: position, in: name))
    guard start + count * stride <= reader.bytes.count else { throw reader.outside(start, count * stride, name) }
  }

  var byteRange: Range<Int> { start..<start + count * stride }

  func expectCount(atMost limit: Int) throws {
    guard count <= limit else {
      throw ImportError.damaged(
        "\(name) at byte \(start)", found: "\(count) elements", expected: "at most \(limit)")
    }
  }

  func integers<T: FixedWidthInteger>(_ type: T.Type, limit: Int) throws -> [Int] {
    precondition(MemoryLayout<T>.size == stride, "elements of \(stride) B read as \(T.self)")
    try expectCount(atMost: limit)
    return try (0..<count).map {
      Int(truncatingIfNeeded: try reader.integer(T.self, at: start + $0 * stride, in: name))
    }
  }

  func floats(limit: Int) throws -> [Float] {
    precondition(stride == 4, "elements of \(stride) B read as Float")
    try expectCount(atMost: limit)
    return try (0..<count).map { try reader.float(at: start + $0 * stride, in: name) }
  }

  func table(_ index: Int) throws -> FlatBufferTable {
    try FlatBufferTable(reader, at: reader.target(at: start + index * stride, in: name), name: name)
  }
}
