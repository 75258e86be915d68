import WireProtocol

/// Bytes between two zeros, and what a decoder must say of them.
struct FrameVector {
  /// Of the connection that the frames belong to.
  static let key = Wire.DeviceHello(
    magic: Wire.magic, protocolMinimum: 1, protocolMaximum: 1, session: 0x0123_4567_89AB_CDEF, attempt: 2,
    bootID: 0xB007_1D00, connection: 1, schemaHash: 0, mtu: 640
  ).key

  var name: String
  var wire: [UInt8]
  var result: Result<Frame, FrameError>

  static let all: [FrameVector] = good + malformed

  private static var good: [FrameVector] {
    let bodies: [(String, [UInt8])] = [
      ("empty", []), ("one zero", [0]), ("ones", Array(repeating: 1, count: 20)),
      ("zeros", Array(repeating: 0, count: 40)),
      ("253 bytes without a zero", Array(repeating: 7, count: 253)),
      ("254 bytes without a zero", Array(repeating: 7, count: 254)),
      ("255 bytes without a zero", Array(repeating: 7, count: 255)),
      ("largest", (0..<640).map { UInt8(truncatingIfNeeded: $0 * 37) }),
    ]
    let data = bodies.map { name, body in
      var frame = Frame(kind: .data, sender: .host, epoch: 1)
      frame.channel = .samples
      frame.isFirst = true
      frame.isLast = body.count != 640
      frame.sequence = UInt16(body.count)
      frame.body = body
      return FrameVector(name: "data, body \(name)", frame: frame)
    }
    var ack = Frame(kind: .ack, sender: .device, epoch: 15)
    ack.credit = 0xFFFF
    ack.acknowledged = 0xFFFF
    var selective = ack
    selective.body = [0x05, 0, 0, 0, 0, 0, 0, 0x80]
    let ping = Frame(kind: .ping, sender: .host, epoch: 0)
    var hello = Frame(kind: .hello, sender: .device, epoch: 2)
    (hello.isFirst, hello.isLast) = (true, true)
    hello.body = [2, 70, 84, 85, 78]
    return data + [
      FrameVector(name: "ack", frame: ack), FrameVector(name: "selective ack", frame: selective),
      FrameVector(name: "ping of zeros", frame: ping),
      FrameVector(name: "hello, without a key", frame: hello),
    ]
  }

  private static var malformed: [FrameVector] {
    var frame = Frame(kind: .data, sender: .device, epoch: 3)
    frame.channel = .telemetry
    frame.body = [1, 2, 3, 4]
    let wire = frame.wire(key: key)
    var flipped = wire
    flipped[wire.count - 2] ^= 0x10
    let long = COBS.stuff(Array(repeating: 9, count: Frame.maximumContentBytes + 1)) + [0]
    return [
      FrameVector(name: "one bit flipped", wire: flipped, error: .corrupt),
      FrameVector(name: "of another connection", wire: frame.wire(key: key &+ 1), error: .corrupt),
      FrameVector(name: "of no connection", wire: frame.wire(key: 0), error: .foreign),
      FrameVector(name: "last byte lost", wire: wire.dropLast(2) + [0], error: .cut),
      FrameVector(name: "first byte lost", wire: Array(wire.dropFirst()), error: .cut),
      FrameVector(name: "one byte", wire: [1, 0], error: .tooShort),
      FrameVector(name: "eleven bytes", wire: COBS.stuff(Array(1...11)) + [0], error: .tooShort),
      FrameVector(name: "653 bytes", wire: long, error: .tooLong),
      FrameVector(name: "block beyond the end", wire: [0xFF, 1, 2, 0], error: .cut),
      FrameVector(name: "kind 4", header: [4, 0x10, 0, 0, 0, 0, 0, 0]),
      FrameVector(name: "channel 6", header: [0x31, 0x10, 0, 0, 0, 0, 0, 0]),
      FrameVector(name: "reserved bit", header: [1, 0x30, 0, 0, 0, 0, 0, 0]),
    ]
  }

  private init(name: String, frame: Frame) {
    self.init(name: name, wire: frame.wire(key: Self.key), result: .success(frame))
  }

  private init(name: String, wire: [UInt8], error: FrameError) {
    self.init(name: name, wire: wire, result: .failure(error))
  }

  /// A whole frame with a right checksum and a header that no version knows.
  private init(name: String, header: [UInt8]) {
    var writer = WireWriter()
    writer.write(fixed: header, count: Wire.headerBytes)
    writer.write(CRC32C.checksum(header) ^ (header[0] & 7 == 0 ? 0 : Self.key))
    self.init(name: name, wire: COBS.stuff(writer.bytes) + [0], error: .reserved)
  }

  private init(name: String, wire: [UInt8], result: Result<Frame, FrameError>) {
    self.name = name
    self.wire = wire
    self.result = result
  }
}
