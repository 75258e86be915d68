/// Writes NumPy's archive of arrays: a ZIP file of stored NPY files.
/// Source: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16; numpy.lib.format version 1.0.
package struct NPZArchive: Sendable {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  package init() {}

  /// - Parameters:
  ///   - type: NumPy's name of the element type, such as `<i4` or `|i1`.
  ///   - content: little-endian, the last index fastest.
  package mutating func add(_ name: String, shape: [Int], type: String, content: some Collection<UInt8>) {
    let file = Self.array(shape: shape, type: type) + content
    let offset = bytes.count
    let common =
      Self.number(20, 2) + Self.number(0, 2 + 2 + 2) + Self.number(0x21, 2) + Self.number(Int(Inflater.checksum(file)), 4)
      + Self.number(file.count, 4) + Self.number(file.count, 4) + Self.number((name + ".npy").utf8.count, 2)
    bytes += Self.number(0x0403_4b50, 4) + common + Self.number(0, 2) + Array((name + ".npy").utf8) + file
    directory +=
      Self.number(0x0201_4b50, 4) + Self.number(20, 2) + common + Self.number(0, 2 + 2 + 2 + 2 + 4)
      + Self.number(offset, 4) + Array((name + ".npy").utf8)
    count += 1
  }

  /// The whole file.
  package var file: [UInt8] {
    bytes + directory + Self.number(0x0605_4b50, 4) + Self.number(0, 4) + Self.number(count, 2) + Self.number(count, 2)
      + Self.number(directory.count, 4) + Self.number(bytes.count, 4) + Self.number(0, 2)
  }

  /// The header of one NPY file; what follows it begins at a multiple of 64.
  private static func array(shape: [Int], type: String) -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let padding = 63 - (10 + text.utf8.count) % 64
    let header = text + String(repeating: " ", count: padding) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + number(header.utf8.count, 2) + Array(header.utf8)
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * min($0, 7))) }
  }
}
