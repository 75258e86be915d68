import WireProtocol

/// A trace as frames and messages, for people.
package struct TraceListing: Sendable {
  package struct Row: Equatable, Sendable, Encodable {
    /// Number of the packet in which the frame ends, beginning with 1.
    package var packet: Int
    /// Since the first packet.
    package var seconds: Double
    /// `host`, `device`, or `note` for what the host's end was told.
    package var from: String
    /// `DATA samples`, `ACK`, `HELLO`, `damaged: corrupt`, a note's words.
    package var what: String
    package var sequence: Int?
    package var acknowledged: Int?
    package var credit: Int?
    package var bodyBytes: Int?
    /// Messages that this frame completes.
    package var messages: [String]
  }

  /// One direction.
  fileprivate struct Side {
    var decoder = FrameDecoder()
    var receiver = LinkReceiver()
  }

  package private(set) var rows: [Row] = []
  private var host = Side()
  private var device = Side()

  package init(_ packets: [PacketCapture.Packet], name: String) throws(TraceError) {
    let start = packets.first?.stamp ?? 0
    for (index, packet) in packets.enumerated() {
      guard let record = TraceRecord(packet.bytes) else {
        throw .badPacket(
          name: name, number: index + 1, found: "\(packet.bytes.prefix(2))", expected: "a direction or a note")
      }
      let seconds = Double(Int64(bitPattern: packet.stamp &- start)) / 1e9
      switch record {
      case .sent(let bytes): rows += host.rows(of: bytes, from: .host, index + 1, seconds)
      case .received(let bytes):
        rows += device.rows(of: bytes, from: .device, index + 1, seconds)
        if let key = device.decoder.key { host.bind(to: key) }
      case .note(let note): list(note, index + 1, seconds)
      }
    }
  }

  private mutating func list(_ note: HostNote, _ packet: Int, _ seconds: Double) {
    var row = Row(packet: packet, seconds: seconds, from: "note", what: "", messages: [])
    switch note {
    case .begin(let session):
      (host, device) = (Side(), Side())
      row.what = "begins: \(session.name), session \(hexadecimal(session.session))"
    case .call(let message): (row.what, row.messages) = ("call", [message.text])
    case .sample(let sample): (row.what, row.messages) = ("submit", [Wire.Message.sample(sample).text])
    case .tick: row.what = "tick"
    case .line(let baud): row.what = "line at \(baud) baud"
    case .end(let reason): row.what = "ends: \(reason)"
    }
    rows.append(row)
  }
}

extension TraceListing.Side {
  fileprivate mutating func rows(
    of bytes: [UInt8], from sender: Wire.Side, _ packet: Int, _ seconds: Double
  ) -> [TraceListing.Row] {
    bytes.compactMap { byte in
      guard let result = decoder.take(byte) else { return nil }
      var row = TraceListing.Row(packet: packet, seconds: seconds, from: "\(sender)", what: "", messages: [])
      switch result {
      case .failure(let error): row.what = "damaged: \(error)"
      case .success(let frame): row.tell(frame, messages(in: frame, from: sender))
      }
      return row
    }
  }

  /// Sequence numbers begin anew with each connection.
  fileprivate mutating func bind(to key: UInt32) {
    if decoder.key == key { return }
    decoder.key = key
    receiver = LinkReceiver()
  }

  /// The messages that a frame completes. The device's hello says which connection stands.
  private mutating func messages(in frame: Frame, from sender: Wire.Side) -> [String] {
    switch frame.kind {
    case .hello:
      if case .deviceHello(let hello)? = try? Wire.Message(frame.body, from: sender), hello.session != 0 {
        bind(to: hello.key)
      }
      return [Self.text(of: frame.body, from: sender)]
    case .data: return receiver.take(frame).map { Self.text(of: $0.bytes, from: sender) }
    case .ack, .ping: return []
    }
  }

  private static func text(of bytes: [UInt8], from sender: Wire.Side) -> String {
    do throws(WireError) { return try Wire.Message(bytes, from: sender).text } catch { return "\(error)" }
  }
}

extension TraceListing.Row {
  fileprivate mutating func tell(_ frame: Frame, _ messages: [String]) {
    what = "\(frame.kind)".uppercased() + (frame.kind == .data ? " \(frame.channel)" : "")
    if frame.kind == .data { sequence = Int(frame.sequence) }
    acknowledged = Int(frame.acknowledged)
    credit = Int(frame.credit)
    bodyBytes = frame.body.count
    self.messages = messages
  }
}

extension Wire.Message {
  /// `runBegin run 5, seed 7, …`; bytes as their count.
  var text: String {
    let fields = Mirror(reflecting: content).children.map { field -> String in
      let value = (field.value as? [UInt8]).map { "\($0.count) bytes" } ?? "\(field.value)"
      return "\(field.label ?? "") \(value)"
    }
    return (["\(kind)"] + [fields.joined(separator: ", ")]).joined(separator: " ")
  }
}
