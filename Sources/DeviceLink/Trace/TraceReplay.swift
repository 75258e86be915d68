import WireProtocol

/// Plays a trace into a fresh host end: told what the recorded one was told at the same times, it
/// has to send the same bytes.
package struct TraceReplay: Sendable {
  /// Where a replay and its trace part.
  package struct Difference: Equatable, Sendable {
    /// Number of the packet, beginning with 1.
    package var packet: Int
    package var recorded: [UInt8]
    /// What the fresh host end sent instead; `nil` for nothing.
    package var replayed: [UInt8]?
  }

  /// Frames that were sent alike, up to the first difference.
  package private(set) var equalFrames = 0
  package private(set) var connections = 0
  package private(set) var difference: Difference?
  private var host: Conversation?
  private var zero: UInt64 = 0

  /// - Throws: `TraceError.badPacket` for a packet that this version cannot have written.
  package init(_ packets: [PacketCapture.Packet], name: String) throws(TraceError) {
    for (index, packet) in packets.enumerated() where difference == nil {
      guard let record = TraceRecord(packet.bytes) else {
        throw .badPacket(
          name: name, number: index + 1, found: "\(packet.bytes.prefix(2))", expected: "a direction or a note")
      }
      play(record, stamp: packet.stamp, number: index + 1)
    }
  }

  private mutating func play(_ record: TraceRecord, stamp: UInt64, number: Int) {
    let now = Duration.nanoseconds(Int64(clamping: stamp) - Int64(clamping: zero))
    switch record {
    case .sent(let recorded):
      // A capture of another program has no notes, and can only be read.
      guard host != nil else { return }
      let replayed = host?.nextFrame(now: now)
      guard replayed != recorded else { return equalFrames += 1 }
      difference = Difference(packet: number, recorded: recorded, replayed: replayed)
    case .received(let bytes): _ = host?.receive(bytes, now: now)
    case .note(.begin(let session)): begin(session, stamp)
    case .note(.call(let request)): _ = host?.call([request], now: now)
    case .note(.sample(let sample)): host?.accept(sample, now: now)
    case .note(.tick): _ = host?.tick(now: now)
    case .note(.line(let baud)): _ = host?.lineChanged(to: baud, now: now)
    case .note(.end): host = nil
    }
  }

  private mutating func begin(_ session: TraceSession, _ stamp: UInt64) {
    connections += 1
    zero = session.zero
    var host = Conversation(
      name: session.name, policy: session.policy, session: max(session.session, 1),
      speed: session.speed)
    host.start(
      expecting: session.expected, timeout: session.timeout,
      now: .nanoseconds(Int64(clamping: stamp) - Int64(clamping: zero)))
    self.host = host
  }
}
