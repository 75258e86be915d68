/// Everything the schema under `Protocol/` generates lives in this namespace.
package enum Wire {
  /// One end of the link. The raw value is the direction bit of the frames it sends.
  package enum Side: UInt8, Sendable {
    case host = 0
    case device = 1

    package var other: Side { self == .host ? .device : .host }
  }
}

/// Fields that are written and read in order; what the generated structs are.
package protocol WireRecord: Equatable, Sendable {
  func write(to writer: inout WireWriter)
  init(from reader: inout WireReader) throws(WireError)
}

/// A record with an identifier: what travels on a channel.
package protocol WireMessage: WireRecord {
  static var kind: Wire.MessageKind { get }
  static var channel: Wire.Channel { get }
}

extension WireMessage {
  /// The message on the wire, identifier first.
  package var bytes: [UInt8] {
    var writer = WireWriter()
    writer.write(Self.kind.rawValue)
    write(to: &writer)
    return writer.bytes
  }
}

extension Wire.Message {
  /// Reads a message that `sender` sent. Bytes behind the last known field are ignored.
  package init(_ bytes: [UInt8], from sender: Wire.Side) throws(WireError) {
    var reader = WireReader(bytes)
    let identifier: UInt8 = try reader.integer("message")
    guard let kind = Wire.MessageKind(rawValue: identifier), kind.sender == sender else {
      throw .unknownMessage(identifier: identifier, sender: sender)
    }
    try self.init(kind, from: &reader)
  }

  /// The message on the wire, identifier first.
  package var bytes: [UInt8] { content.bytes }

  package var channel: Wire.Channel { type(of: content).channel }
}
