/// The array format of the MNIST files: two zero bytes, type, number of dimensions, the dimensions
/// as big-endian 32-bit words, then the elements, big-endian.
/// Source: http://yann.lecun.com/exdb/mnist, "THE IDX FILE FORMAT".
enum IDXFile {
  /// Whether the bytes begin like an IDX file.
  static func begins(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0, 0])
  }

  static func read(_ bytes: [UInt8], place: String) throws -> ArrayContent {
    var cursor = ByteCursor(bytes[...], place: place)
    let zero = try cursor.bigEndian(UInt16.self, of: "IDX magic number")
    let type = try cursor.bigEndian(UInt8.self, of: "IDX element type")
    let dimensionCount = try cursor.bigEndian(UInt8.self, of: "IDX number of dimensions")
    guard zero == 0, let format = format(ofType: type), dimensionCount > 0 else {
      throw DatasetError(
        .damaged, "\(place): IDX header", found: "type \(type), \(dimensionCount) dimensions",
        expected: "type 8, 9, 11, 12, 13 or 14 and at least one dimension")
    }
    let shape = try (0..<dimensionCount).map { index in
      Int(try cursor.bigEndian(UInt32.self, of: "IDX dimension \(index)"))
    }
    return try cursor.elements(format, shape: shape, bigEndian: true)
  }

  private static func format(ofType type: UInt8) -> ElementFormat? {
    switch type {
    case 0x08: .u8
    case 0x09: .i8
    case 0x0b: .i16
    case 0x0c: .i32
    case 0x0d: .f32
    case 0x0e: .f64
    default: nil
    }
  }
}
