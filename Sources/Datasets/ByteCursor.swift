/// Reads a file's bytes from front to back; every read is checked against the end.
struct ByteCursor {
  private(set) var rest: ArraySlice<UInt8>
  /// The file, for sentences.
  let place: String

  init(_ bytes: ArraySlice<UInt8>, place: String) {
    rest = bytes
    self.place = place
  }

  mutating func bytes(_ count: Int, of what: String) throws -> ArraySlice<UInt8> {
    guard count <= rest.count else {
      throw DatasetError(
        .damaged, "\(place): \(what)", found: "\(rest.count) bytes before the end",
        expected: "\(count): the file is cut short")
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func bigEndian<Word: FixedWidthInteger>(_: Word.Type, of what: String) throws -> Word {
    try bytes(MemoryLayout<Word>.size, of: what).reduce(0) { $0 << 8 | Word($1) }
  }

  mutating func littleEndian<Word: FixedWidthInteger>(
    _: Word.Type, of what: String
  ) throws -> Word {
    try bytes(MemoryLayout<Word>.size, of: what).reversed().reduce(0) { $0 << 8 | Word($1) }
  }

  /// All elements of an array of `shape`, which must be the rest of the file.
  mutating func elements(
    _ format: ElementFormat, shape: [Int], bigEndian: Bool
  ) throws -> ArrayContent {
    var byteCount = format.byteCount
    for dimension in shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else {
        throw DatasetError(
          .damaged, "\(place): shape", found: "\(shape)", expected: "a size that fits in memory")
      }
      byteCount = product
    }
    let data = try bytes(byteCount, of: "elements of shape \(shape)")
    guard rest.isEmpty else {
      throw DatasetError(
        .damaged, "\(place): elements of shape \(shape)", found: "\(rest.count) bytes after them",
        expected: "the end of the file")
    }
    return ArrayContent(shape: shape, values: format.decode(data, bigEndian: bigEndian))
  }
}
