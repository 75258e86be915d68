/// Reads rows of comma- or tab-separated text strictly (RFC 4180): fields may be quoted, a quote
/// within is doubled, lines end with LF or CR LF, and blank lines are skipped.
struct CSVReader {
  private let bytes: [UInt8]
  private let separator: UInt8
  private let place: String
  private var position = 0
  /// Of the row read last, from 1.
  private(set) var line = 0
  private var nextLine = 1

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ bytes: [UInt8], separator: Character, place: String) {
    // A byte order mark is no part of the first name.
    self.bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
    self.separator = separator.asciiValue ?? UInt8(ascii: ",")
    self.place = place
  }

  /// The fields of the next row, without blanks around them; `nil` at the end.
  mutating func nextRow() throws -> [String]? {
    while position < bytes.count {
      line = nextLine
      let row = try row()
      if row != [""] { return row }
    }
    return nil
  }

  private mutating func row() throws -> [String] {
    var fields: [String] = []
    while true {
      fields.append(try field())
      guard position < bytes.count else { return fields }
      let end = bytes[position]
      position += 1
      if end == separator { continue }
      if end == Self.carriageReturn {
        guard position < bytes.count, bytes[position] == Self.lineFeed else {
          throw damaged(found: "a carriage return alone", expected: "CR LF or LF")
        }
        position += 1
      }
      nextLine += 1
      return fields
    }
  }

  /// One field, up to but without the separator or line end after it.
  private mutating func field() throws -> String {
    if position < bytes.count, bytes[position] == Self.quote { return try quotedField() }
    let start = position
    while position < bytes.count, !isEnd(bytes[position]) {
      guard bytes[position] != Self.quote else {
        throw damaged(found: "a quote within a field", expected: "quotes around the whole field")
      }
      position += 1
    }
    return Self.text(bytes[start..<position])
  }

  private mutating func quotedField() throws -> String {
    position += 1
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == Self.lineFeed { nextLine += 1 }
      guard byte == Self.quote else {
        content.append(byte)
        continue
      }
      guard position < bytes.count, !isEnd(bytes[position]) else { return Self.text(content[...]) }
      guard bytes[position] == Self.quote else {
        throw damaged(found: "text after a closing quote", expected: "the end of the field")
      }
      content.append(Self.quote)
      position += 1
    }
    throw damaged(found: "the end of the file in a quoted field", expected: "a closing quote")
  }

  private func isEnd(_ byte: UInt8) -> Bool {
    byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    let blank = UInt8(ascii: " ")
    let content = bytes.drop { $0 == blank }
    let blanksAtEnd = content.reversed().prefix { $0 == blank }.count
    return String(decoding: content.dropLast(blanksAtEnd), as: UTF8.self)
  }

  private func damaged(found: String, expected: String) -> DatasetError {
    DatasetError(.damaged, "\(place): line \(nextLine)", found: found, expected: expected)
  }
}
