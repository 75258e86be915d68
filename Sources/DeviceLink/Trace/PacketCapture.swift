/// The file format of captures that Wireshark and tcpdump read (draft-ietf-opsawg-pcap), with time
/// stamps in nanoseconds and link type USER0, which Wireshark gives to our dissector.
package enum PacketCapture {
  /// One packet of a capture.
  package struct Packet: Equatable, Sendable {
    /// Nanoseconds since 1970.
    package var stamp: UInt64
    package var bytes: [UInt8]

    package init(stamp: UInt64, bytes: [UInt8]) {
      self.stamp = stamp
      self.bytes = bytes
    }
  }

  /// Longest packet: a reading of the whole queue of unread bytes fits.
  static let longestPacket = 256 * 1024
  private static let nanosecondMagic: UInt32 = 0xA1B2_3C4D
  private static let microsecondMagic: UInt32 = 0xA1B2_C3D4
  /// LINKTYPE_USER0.
  private static let linkType: UInt32 = 147

  /// What stands before the packets: magic, version 2.4, time zone, accuracy, longest packet, link type.
  static let fileHeader: [UInt8] =
    [nanosecondMagic, 0x0004_0002, 0, 0, UInt32(longestPacket), linkType].flatMap(littleEndian)

  static func encode(_ packet: Packet) -> [UInt8] {
    let (seconds, nanoseconds) = packet.stamp.quotientAndRemainder(dividingBy: 1_000_000_000)
    let count = UInt32(packet.bytes.count)
    return [UInt32(truncatingIfNeeded: seconds), UInt32(nanoseconds), count, count].flatMap(littleEndian)
      + packet.bytes
  }

  /// The packets of a capture. One that was cut off at the end, as when its writer was killed, is
  /// left out.
  package static func packets(of file: [UInt8], name: String) throws(TraceError) -> [Packet] {
    guard file.count >= fileHeader.count else {
      throw .notACapture(name: name, found: "\(file.count) bytes", expected: "a capture's header of 24")
    }
    let magic = word(file, 0)
    guard magic == nanosecondMagic || magic == microsecondMagic else {
      throw .notACapture(
        name: name, found: "first bytes \(hexadecimal(magic))",
        expected: "\(hexadecimal(nanosecondMagic)), a little-endian pcap file as --trace writes it")
    }
    guard word(file, 20) & 0x0FFF_FFFF == linkType else {
      throw .notACapture(
        name: name, found: "link type \(word(file, 20) & 0x0FFF_FFFF)", expected: "\(linkType) (USER0)")
    }
    let unit: UInt64 = magic == nanosecondMagic ? 1 : 1000
    var packets: [Packet] = []
    var offset = fileHeader.count
    while offset + 16 <= file.count {
      let count = Int(word(file, offset + 8))
      guard count <= longestPacket else {
        throw .notACapture(
          name: name, found: "packet \(packets.count + 1) of \(count) bytes", expected: "at most \(longestPacket)")
      }
      guard offset + 16 + count <= file.count else { break }
      packets.append(
        Packet(
          stamp: UInt64(word(file, offset)) * 1_000_000_000 + UInt64(word(file, offset + 4)) * unit,
          bytes: Array(file[offset + 16..<offset + 16 + count])))
      offset += 16 + count
    }
    return packets
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
