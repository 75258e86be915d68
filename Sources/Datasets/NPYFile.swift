/// NumPy's array format, versions 1 to 3: magic, version, header length, a Python dictionary with
/// `descr`, `fortran_order` and `shape`, then the elements.
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
enum NPYFile {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Whether the bytes begin like an NPY file.
  static func begins(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: magic)
  }

  static func read(_ bytes: [UInt8], place: String) throws -> ArrayContent {
    var cursor = ByteCursor(bytes[...], place: place)
    guard try cursor.bytes(magic.count, of: "NPY magic") == magic[...] else {
      throw DatasetError(
        .damaged, place, found: "another beginning", expected: "that of an NPY file")
    }
    let header = try NPYHeader(try headerText(from: &cursor), place: place)
    guard !header.isFortranOrder || header.shape.count < 2 else {
      throw DatasetError(
        .unsupported, place, found: "Fortran order",
        expected: "C order: save it again with numpy.ascontiguousarray")
    }
    return try cursor.elements(
      header.format, shape: header.shape, bigEndian: header.isBigEndian)
  }

  private static func headerText(from cursor: inout ByteCursor) throws -> String {
    let version = try cursor.bigEndian(UInt8.self, of: "NPY version")
    _ = try cursor.bigEndian(UInt8.self, of: "NPY minor version")
    let count: Int
    switch version {
    case 1: count = Int(try cursor.littleEndian(UInt16.self, of: "NPY header length"))
    case 2, 3: count = Int(try cursor.littleEndian(UInt32.self, of: "NPY header length"))
    default:
      throw DatasetError(
        .unsupported, cursor.place, found: "NPY version \(version)", expected: "1, 2 or 3")
    }
    return String(decoding: try cursor.bytes(count, of: "NPY header"), as: UTF8.self)
  }
}
