/// The bytes of a FlatBuffer that nobody vouches for: every access is checked against the end of the file.
///
/// Source: FlatBuffers internals, https://flatbuffers.dev/internals/. All integers are little endian. Offsets
/// point forward from where they stand and are never 0, so no chain of them can return to its start.
struct FlatBufferReader: Sendable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The integer at byte `offset`.
  func integer<T: FixedWidthInteger>(_ type: T.Type, at offset: Int, in part: StaticString) throws -> T {
    let size = MemoryLayout<T>.size
    guard offset >= 0, offset <= bytes.count - size else { throw outside(offset, size, part) }
    return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
  }

  func float(at offset: Int, in part: StaticString) throws -> Float {
    Float(bitPattern: try integer(UInt32.self, at: offset, in: part))
  }

  /// Follows the forward offset that stands at `position`.
  func target(at position: Int, in part: StaticString) throws -> Int {
    let offset = Int(try integer(UInt32.self, at: position, in: part))
    guard offset > 0, position + offset < bytes.count else {
      throw ImportError.damaged(
        "\(part) at byte \(position)", found: "an offset of \(offset)",
        expected: "one that ends within the file's \(bytes.count) B")
    }
    return position + offset
  }

  /// The table that the file begins with.
  func root(_ part: StaticString) throws -> FlatBufferTable {
    try FlatBufferTable(self, at: target(at: 0, in: part), name: part)
  }

  func outside(_ offset: Int, _ size: Int, _ part: StaticString) -> ImportError {
    ImportError.damaged(
      "\(part)", found: "\(size) B at byte \(offset)", expected: "bytes within the file's \(bytes.count) B")
  }
}
