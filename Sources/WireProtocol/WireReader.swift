/// Reads fields, little-endian, and never past the end.
package struct WireReader {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package mutating func integer<Value: FixedWidthInteger>(
    _ field: String
  ) throws(WireError) -> Value {
    let range = try take(Value.bitWidth / 8, field)
    var value: Value = 0
    for index in range.reversed() { value = value << 8 | Value(truncatingIfNeeded: bytes[index]) }
    return value
  }

  /// u8 has no shift by 8 to spare.
  package mutating func integer(_ field: String) throws(WireError) -> UInt8 {
    bytes[try take(1, field).lowerBound]
  }

  package mutating func enumeration<Value: RawRepresentable>(
    _ field: String
  ) throws(WireError) -> Value where Value.RawValue: FixedWidthInteger {
    let found: Value.RawValue = try integer(field)
    guard let value = Value(rawValue: found) else {
      throw .unknownCase(field: field, found: UInt64(truncatingIfNeeded: found))
    }
    return value
  }

  package mutating func fixed(_ field: String, count: Int) throws(WireError) -> [UInt8] {
    Array(bytes[try take(count, field)])
  }

  package mutating func bytes(_ field: String, maximum: Int) throws(WireError) -> [UInt8] {
    let count: UInt16 = try integer(field)
    try check(Int(count), field, maximum)
    return try fixed(field, count: Int(count))
  }

  /// Bytes that are no UTF-8 become replacement characters, and so do control characters, which would
  /// reach a terminal: text is for people.
  package mutating func text(_ field: String, maximum: Int) throws(WireError) -> String {
    let count: UInt8 = try integer(field)
    try check(Int(count), field, maximum)
    let text = String(decoding: bytes[try take(Int(count), field)], as: UTF8.self)
    let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
    return String(String.UnicodeScalarView(scalars))
  }

  package mutating func array<Element: WireRecord>(
    _ field: String, maximum: Int
  ) throws(WireError) -> [Element] {
    let count: UInt8 = try integer(field)
    try check(Int(count), field, maximum)
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try Element(from: &self)) }
    return elements
  }

  private func check(_ count: Int, _ field: String, _ maximum: Int) throws(WireError) {
    guard count <= maximum else {
      throw .tooLong(field: field, found: count, maximum: maximum)
    }
  }

  private mutating func take(_ count: Int, _ field: String) throws(WireError) -> Range<Int> {
    let left = bytes.count - position
    guard count <= left else {
      throw .truncated(field: field, neededBytes: count, foundBytes: left)
    }
    defer { position += count }
    return position..<position + count
  }
}
