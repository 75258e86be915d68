/// FNV-1a with 64 bits: the one hash of the project, for training state, files and schemas.
///
/// It tells things apart; it is no protection against an adversary. The firmware's twin is `digest.c`.
/// Source: Fowler, Noll, Vo, RFC 9923 section 2.
package struct Digest64: Hashable, Sendable {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  package init(_ bytes: some Sequence<UInt8>) {
    update(bytes)
  }

  package mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
  }

  /// Sixteen lower-case hexadecimal digits.
  package var hex: String { HexDigest(value).text }
}

/// A 64-bit digest as it is written in files: sixteen hexadecimal digits.
package struct HexDigest: Hashable, Sendable, Codable, CustomStringConvertible {
  package var value: UInt64

  package init(_ value: UInt64) { self.value = value }

  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
  package var description: String { text }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "found '\(text)', expected 16 hexadecimal digits")
    }
    self.value = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
