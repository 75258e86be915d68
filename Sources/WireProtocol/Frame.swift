/// One frame: `COBS( header 8 B | body ≤ 640 B | CRC-32C LE ) 00`. Protocol/SPEC.md fixes each bit.
package struct Frame: Equatable, Sendable {
  package var kind: Wire.FrameKind
  package var channel: Wire.Channel = .control
  /// The body begins a message.
  package var isFirst = false
  /// The body ends a message.
  package var isLast = false
  package var sender: Wire.Side
  /// 0 to 15: the attempt that opened the connection, modulo 16.
  package var epoch: UInt8
  /// Bytes of samples the sender of this frame takes beyond `acknowledged`.
  package var credit: UInt16 = 0
  package var sequence: UInt16 = 0
  /// The sequence number expected next.
  package var acknowledged: UInt16 = 0
  package var body: [UInt8] = []

  package init(kind: Wire.FrameKind, sender: Wire.Side, epoch: UInt8) {
    self.kind = kind
    self.sender = sender
    self.epoch = epoch
  }
}

extension Frame {
  package static let overheadBytes = Wire.headerBytes + Wire.checksumBytes
  package static let maximumContentBytes = Wire.maximumBodyBytes + overheadBytes

  /// Bytes of a frame with `bodyBytes` on the wire, at most, the closing zero included.
  package static func wireBytes(bodyBytes: Int) -> Int {
    COBS.stuffedBytes(bodyBytes + overheadBytes) + 1
  }

  private static let firstBit: UInt8 = 0x40
  private static let lastBit: UInt8 = 0x80
  private static let reservedMask: UInt8 = 0xE0

  /// The frame on the wire, the closing zero included. `key`: of its connection; a hello has none.
  package func wire(key: UInt32) -> [UInt8] {
    precondition(body.count <= Wire.maximumBodyBytes, "a body of \(body.count) bytes")
    var writer = WireWriter()
    writer.write(
      kind.rawValue | channel.rawValue << 3 | (isFirst ? Self.firstBit : 0)
        | (isLast ? Self.lastBit : 0))
    writer.write(epoch & 15 | sender.rawValue << 4)
    writer.write(credit)
    writer.write(sequence)
    writer.write(acknowledged)
    writer.write(fixed: body, count: body.count)
    writer.write(CRC32C.checksum(writer.bytes) ^ (kind == .hello ? 0 : key))
    return COBS.stuff(writer.bytes) + [0]
  }

  /// What the contents' checksum differs by from the plain one: the key of a whole frame.
  static func difference(_ contents: [UInt8]) -> UInt32 {
    let covered = contents.count - Wire.checksumBytes
    let found = contents[covered...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return CRC32C.checksum(contents[..<covered]) ^ found
  }

  /// Reads header and body of contents whose checksum is right.
  init(checked contents: [UInt8]) throws(FrameError) {
    guard let kind = Wire.FrameKind(rawValue: contents[0] & 7),
      let channel = Wire.Channel(rawValue: contents[0] >> 3 & 7),
      let sender = Wire.Side(rawValue: contents[1] >> 4 & 1),
      contents[1] & Self.reservedMask == 0
    else { throw .reserved }
    self.init(kind: kind, sender: sender, epoch: contents[1] & 15)
    self.channel = channel
    isFirst = contents[0] & Self.firstBit != 0
    isLast = contents[0] & Self.lastBit != 0
    credit = UInt16(contents[2]) | UInt16(contents[3]) << 8
    sequence = UInt16(contents[4]) | UInt16(contents[5]) << 8
    acknowledged = UInt16(contents[6]) | UInt16(contents[7]) << 8
    body = Array(contents[Wire.headerBytes..<contents.count - Wire.checksumBytes])
  }
}
