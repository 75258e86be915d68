/// One connection, from a hello until it is given up: both halves, the same at either end.
struct Connection: Sendable {
  private let side: Wire.Side
  let epoch: UInt8
  private(set) var sender: LinkSender
  private(set) var receiver = LinkReceiver()
  /// The peer has not heard of the latest frame that came.
  private var owesAck = false
  private var lastCredit: UInt16 = 0
  private(set) var timeouts = 0
  private(set) var malformed = 0

  init(side: Wire.Side, epoch: UInt8, fragmentSize: FragmentSize) {
    self.side = side
    self.epoch = epoch
    sender = LinkSender(side: side, epoch: epoch, fragmentSize: fragmentSize)
  }

  mutating func queue(_ message: Wire.Message) {
    sender.queue(message.bytes, on: message.channel)
  }

  /// False when the peer takes less than the smallest fragment.
  mutating func limitFragments(to mtu: Int) -> Bool {
    sender.limitFragments(to: mtu)
  }

  mutating func learnFromStuckFrames() { sender.learnFromStuckFrames() }

  /// Takes a frame of this connection; returns the messages it completes, or nil when its body
  /// does not fit its kind.
  mutating func take(_ frame: Frame, now: UInt64) -> [LinkReceiver.Delivery]? {
    guard let selective = selective(of: frame) else {
      malformed += 1
      return nil
    }
    sender.acknowledge(
      frame.acknowledged, selective: selective, credit: Int(frame.credit), now: now)
    switch frame.kind {
    case .data:
      owesAck = true
      return receiver.take(frame)
    case .ping:
      owesAck = true
      return []
    case .ack, .hello:
      return []
    }
  }

  private func selective(of frame: Frame) -> UInt64? {
    switch frame.kind {
    case .data, .hello: 0
    case .ping: frame.body.isEmpty ? 0 : nil
    case .ack:
      switch frame.body.count {
      case 0: 0
      case 8: frame.body.reversed().reduce(0) { $0 << 8 | UInt64($1) }
      default: nil
      }
    }
  }

  /// The next frame of this connection. `credit`: bytes of samples this end takes from now on.
  mutating func nextFrame(credit: UInt16, now: UInt64) -> Frame? {
    if sender.expire(now: now) { timeouts += 1 }
    let selective = receiver.selective
    if owesAck && selective != 0 { return acknowledgement(selective, credit) }
    if let frame = sender.next(now: now) {
      // With a hole, the selective acknowledgement is still owed.
      if selective == 0 { owesAck = false }
      return complete(frame, credit)
    }
    return owesAck || credit > lastCredit ? acknowledgement(selective, credit) : nil
  }

  private mutating func acknowledgement(_ selective: UInt64, _ credit: UInt16) -> Frame {
    var frame = Frame(kind: .ack, sender: side, epoch: epoch)
    if selective != 0 {
      frame.body = (0..<8).map { UInt8(truncatingIfNeeded: selective >> (8 * $0)) }
    }
    owesAck = false
    return complete(frame, credit)
  }

  /// Every frame acknowledges and grants.
  mutating func complete(_ frame: Frame, _ credit: UInt16) -> Frame {
    var frame = frame
    frame.acknowledged = receiver.expected
    frame.credit = credit
    lastCredit = credit
    return frame
  }
}
