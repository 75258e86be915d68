/// NumPy's archive of arrays: a ZIP file whose entries are NPY files, stored or deflated.
/// Source: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16. ZIP64 is not read.
struct NPZFile {
  private struct Entry {
    let method: UInt16
    let checksum: UInt32
    let compressedCount: Int
    let count: Int
    /// Of the local header, from the start of the file.
    let offset: Int
  }

  private let bytes: [UInt8]
  private let entries: [String: Entry]
  let place: String

  /// Names of the arrays, sorted, without `.npy`.
  var names: [String] { entries.keys.sorted() }

  /// Whether the bytes begin like a ZIP file.
  static func begins(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4b])
  }

  init(_ bytes: [UInt8], place: String) throws {
    self.bytes = bytes
    self.place = place
    entries = try Self.directory(bytes, place: place)
  }

  /// Reads one array.
  func array(_ name: String) throws -> ArrayContent {
    guard let entry = entries[name] else {
      throw DatasetError(
        .ambiguous, place, found: "no array '\(name)'",
        expected: "one of \(names.joined(separator: ", "))")
    }
    let place = "\(place): array '\(name)'"
    let content = try content(of: entry, place: place)
    guard Inflater.checksum(content) == entry.checksum else {
      throw DatasetError(
        .damaged, place, found: "a wrong checksum", expected: "the one in the directory")
    }
    return try NPYFile.read(content, place: place)
  }

  private func content(of entry: Entry, place: String) throws -> [UInt8] {
    var cursor = ByteCursor(bytes.dropFirst(entry.offset), place: place)
    guard try cursor.littleEndian(UInt32.self, of: "ZIP entry") == 0x0403_4b50 else {
      throw DatasetError(
        .damaged, place, found: "no ZIP entry", expected: "one at byte \(entry.offset)")
    }
    _ = try cursor.bytes(22, of: "ZIP entry")
    let nameCount = try cursor.littleEndian(UInt16.self, of: "ZIP entry")
    let extraCount = try cursor.littleEndian(UInt16.self, of: "ZIP entry")
    _ = try cursor.bytes(Int(nameCount) + Int(extraCount), of: "ZIP entry's name")
    let data = try cursor.bytes(entry.compressedCount, of: "ZIP entry's data")
    switch entry.method {
    case 0 where entry.compressedCount == entry.count: return Array(data)
    case 8: return try Inflater.inflateRaw(data, count: entry.count, place: place)
    default:
      throw DatasetError(
        .unsupported, place, found: "ZIP method \(entry.method)",
        expected: "stored or deflated, as numpy.savez and savez_compressed write")
    }
  }
}

extension NPZFile {
  private static func directory(_ bytes: [UInt8], place: String) throws -> [String: Entry] {
    var end = try endRecord(bytes, place: place)
    _ = try end.bytes(10, of: "ZIP directory's end")
    let count = try end.littleEndian(UInt16.self, of: "ZIP directory's end")
    _ = try end.bytes(4, of: "ZIP directory's end")
    let offset = try end.littleEndian(UInt32.self, of: "ZIP directory's end")
    var cursor = ByteCursor(bytes.dropFirst(Int(offset)), place: place)
    var entries: [String: Entry] = [:]
    for _ in 0..<count {
      let (name, entry) = try Self.entry(from: &cursor)
      guard let name else { continue }
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw DatasetError(
          .damaged, place, found: "array '\(name)' twice", expected: "each name once")
      }
    }
    return entries
  }

  /// A cursor at the record that ends the file, before a comment of at most 65,535 bytes.
  private static func endRecord(_ bytes: [UInt8], place: String) throws -> ByteCursor {
    var start = bytes.count - 22
    let first = max(0, start - 0xffff)
    while start >= first {
      let comment = bytes.count - start - 22
      if bytes[start...].starts(with: [0x50, 0x4b, 5, 6]),
        Int(bytes[start + 20]) + Int(bytes[start + 21]) << 8 == comment
      {
        return ByteCursor(bytes[start...], place: place)
      }
      start -= 1
    }
    throw DatasetError(
      .damaged, place, found: "no ZIP directory at the end",
      expected: "one: the file is cut short or no NPZ file")
  }

  /// The next entry of the directory; its name is `nil` when it is no array.
  private static func entry(from cursor: inout ByteCursor) throws -> (String?, Entry) {
    let what = "ZIP directory"
    guard try cursor.littleEndian(UInt32.self, of: what) == 0x0201_4b50 else {
      throw DatasetError(
        .damaged, cursor.place, found: "a damaged ZIP directory", expected: "an entry")
    }
    _ = try cursor.bytes(4, of: what)
    let flags = try cursor.littleEndian(UInt16.self, of: what)
    let method = try cursor.littleEndian(UInt16.self, of: what)
    _ = try cursor.bytes(4, of: what)
    let checksum = try cursor.littleEndian(UInt32.self, of: what)
    let compressedCount = try cursor.littleEndian(UInt32.self, of: what)
    let count = try cursor.littleEndian(UInt32.self, of: what)
    let nameCount = try cursor.littleEndian(UInt16.self, of: what)
    let extraCount = try cursor.littleEndian(UInt16.self, of: what)
    let commentCount = try cursor.littleEndian(UInt16.self, of: what)
    _ = try cursor.bytes(8, of: what)
    let offset = try cursor.littleEndian(UInt32.self, of: what)
    let name = String(decoding: try cursor.bytes(Int(nameCount), of: what), as: UTF8.self)
    _ = try cursor.bytes(Int(extraCount) + Int(commentCount), of: what)
    guard flags & 1 == 0, max(compressedCount, count, offset) < UInt32.max else {
      throw DatasetError(
        .unsupported, "\(cursor.place): '\(name)'", found: "an encrypted or ZIP64 entry",
        expected: "a plain one of less than 4 GB")
    }
    let entry = Entry(
      method: method, checksum: checksum, compressedCount: Int(compressedCount), count: Int(count),
      offset: Int(offset))
    return (name.hasSuffix(".npy") ? String(name.dropLast(4)) : nil, entry)
  }
}
