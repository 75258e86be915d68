/// The sending half of a connection: fragments, window, credit, loss detection, retransmission.
///
/// Invariants
///   - `flight[i]` has the sequence number `base + i`; `flight[0]` is not acknowledged.
///   - A frame is lost when one that was transmitted after it has arrived. The timer serves only the
///     case that nothing arrives any more: it starts anew with every progress. An idle line is used to
///     send again what is overdue in front of a frame that has arrived.
///   - Bytes of samples in `flight` never exceed the credit that came with the latest
///     acknowledgement.
///   - A message's fragments follow each other on their channel; control overtakes samples.
struct LinkSender: Sendable {
  private struct Flying: Sendable {
    var frame: Frame
    var sentAt: UInt64 = 0
    /// Position among all transmissions.
    var order = 0
    var transmissions = 0
    /// Transmissions given up while the peer was silent: the frames may have come after all.
    var expirations = 0
    var isAcknowledged = false
    var isLost = false

    var wireBytes: Int { Frame.wireBytes(bodyBytes: frame.body.count) }
  }

  /// What the timer sends again, in bytes of bodies; one frame at least.
  private static let expiredBytes = 128

  private let side: Wire.Side
  private let epoch: UInt8
  private var base: UInt16 = 0
  private var flight: [Flying] = []
  private var messages = MessageQueue()
  private var samples = MessageQueue()
  private var credit = 0
  private var nextOrder = 0
  /// One more than the latest transmission known to have arrived.
  private var heardOrder = 0
  private var waitingSince: UInt64 = 0
  /// When the latest frame came.
  private var heardAt: UInt64 = 0
  private(set) var roundTrip = RoundTrip()
  private(set) var fragmentSize: FragmentSize
  private(set) var resentFrames = 0

  init(side: Wire.Side, epoch: UInt8, fragmentSize: FragmentSize) {
    self.side = side
    self.epoch = epoch
    self.fragmentSize = fragmentSize
  }

  /// False when the peer takes less than the smallest fragment.
  mutating func limitFragments(to mtu: Int) -> Bool {
    guard mtu >= Wire.minimumFragmentBytes else { return false }
    fragmentSize.maximum = min(fragmentSize.maximum, mtu)
    return true
  }

  mutating func queue(_ bytes: [UInt8], on channel: Wire.Channel) {
    switch channel {
    case .samples: samples.append(bytes, channel)
    case .control, .telemetry, .bulk, .log, .time: messages.append(bytes, channel)
    }
  }

  /// Bytes of messages that are not acknowledged, on the samples channel or on all others.
  func unacknowledgedBytes(samples wantsSamples: Bool) -> Int {
    let flying = flight.filter { ($0.frame.channel == .samples) == wantsSamples }
    let queued = wantsSamples ? samples.byteCount : messages.byteCount
    return flying.reduce(queued) { $0 + $1.frame.body.count }
  }

  var isIdle: Bool { flight.isEmpty && messages.isEmpty && samples.isEmpty }

  /// Samples wait for credit, and nothing is under way that would bring it.
  var isStarved: Bool { flight.isEmpty && messages.isEmpty && !samples.isEmpty }

  /// A frame that was sent many times and never arrived: by far too long for this line.
  var isStuck: Bool {
    flight.contains {
      $0.transmissions >= 8 && $0.frame.body.count > 4 * fragmentSize.bodyBytes && !$0.isAcknowledged
    }
  }

  /// When `expire` or `next` may have something to do though nothing came in.
  var deadline: UInt64? {
    guard !flight.isEmpty else { return nil }
    guard let usual = roundTrip.usual, let hole = oldestHole else { return timer }
    return min(timer, flight[hole].sentAt + usual)
  }

  private var timer: UInt64 { waitingSince + roundTrip.timeout }
}

extension LinkSender {
  /// Takes the acknowledgement and credit of a frame. Bit i of `selective`: the peer holds
  /// `acknowledged` + 1 + i. What was never sent, or is old, changes nothing.
  mutating func acknowledge(
    _ acknowledged: UInt16, selective: UInt64, credit granted: Int, now: UInt64
  ) {
    heardAt = now
    roundTrip.heard()
    let advance = Int(acknowledged &- base)
    guard advance <= flight.count else { return }
    credit = advance > 0 ? granted : max(credit, granted)
    var hasProgress = false
    for index in flight.indices where !flight[index].isAcknowledged {
      let bit = index - advance - 1
      let isHeld = (0..<64).contains(bit) && selective >> UInt64(bit) & 1 == 1
      if index < advance || isHeld {
        arrived(index, now)
        hasProgress = true
      }
    }
    flight.removeFirst(advance)
    base &+= UInt16(advance)
    guard hasProgress else { return }
    waitingSince = now
    roundTrip.progressed()
    findLosses()
  }

  /// An answer that comes sooner than the shortest round trip after a resend answers the
  /// transmission before it, and says nothing about those between.
  private mutating func arrived(_ index: Int, _ now: UInt64) {
    flight[index].isAcknowledged = true
    flight[index].isLost = false
    let flying = flight[index]
    let elapsed = now - min(now, flying.sentAt)
    fragmentSize.arrived(wireBytes: flying.wireBytes)
    if flying.transmissions == 1 {
      roundTrip.measure(elapsed)
    } else if elapsed < roundTrip.shortest {
      return
    }
    for _ in 0..<flying.expirations { fragmentSize.lost(wireBytes: flying.wireBytes) }
    heardOrder = max(heardOrder, flying.order + 1)
  }

  private mutating func findLosses() {
    for index in flight.indices {
      let flying = flight[index]
      if flying.isAcknowledged || flying.isLost || flying.order + 1 >= heardOrder { continue }
      flight[index].isLost = true
      fragmentSize.lost(wireBytes: flying.wireBytes)
    }
  }

  /// Marks the oldest frames in flight lost when the timer has run out; true when it has. One of
  /// several short ones arrives over a bad line where a single one would not.
  mutating func expire(now: UInt64) -> Bool {
    guard now >= timer, !flight.isEmpty, !flight.contains(where: \.isLost) else { return false }
    var bytes = 0
    for index in flight.indices where !flight[index].isAcknowledged && bytes < Self.expiredBytes {
      bytes += flight[index].frame.body.count
      giveUp(index)
    }
    waitingSince = now
    roundTrip.expired()
    return true
  }

  private mutating func giveUp(_ index: Int) {
    flight[index].isLost = true
    if heardAt > flight[index].sentAt {
      fragmentSize.lost(wireBytes: flight[index].wireBytes)
    } else {
      flight[index].expirations += 1
    }
  }

  /// The frame that waits longest in front of one that has arrived.
  private var oldestHole: Int? {
    guard let last = flight.lastIndex(where: \.isAcknowledged) else { return nil }
    let holes = flight[..<last].indices.filter { !flight[$0].isAcknowledged && !flight[$0].isLost }
    return holes.min { flight[$0].sentAt < flight[$1].sentAt }
  }

  /// Remembers for the next connection that this line loses what the timer gave up.
  mutating func learnFromStuckFrames() {
    for flying in flight where flying.transmissions >= 8 {
      for _ in 0..<flying.expirations { fragmentSize.lost(wireBytes: flying.wireBytes) }
    }
  }
}

extension LinkSender {
  /// The frame to transmit next, lost ones first; nil for none. The caller adds acknowledgement
  /// and credit.
  mutating func next(now: UInt64) -> Frame? {
    if let index = flight.firstIndex(where: \.isLost) {
      resentFrames += 1
      return transmit(index, now)
    }
    guard flight.count < Wire.windowFrames, let fragment = nextFragment() else {
      return nextOverdue(now)
    }
    var frame = Frame(kind: .data, sender: side, epoch: epoch)
    frame.channel = fragment.channel
    frame.isFirst = fragment.isFirst
    frame.isLast = fragment.isLast
    frame.body = fragment.body
    frame.sequence = base &+ UInt16(flight.count)
    flight.append(Flying(frame: frame))
    return transmit(flight.count - 1, now)
  }

  private mutating func nextOverdue(_ now: UInt64) -> Frame? {
    guard let usual = roundTrip.usual, let hole = oldestHole, now >= flight[hole].sentAt + usual else {
      return nil
    }
    giveUp(hole)
    resentFrames += 1
    return transmit(hole, now)
  }

  private mutating func transmit(_ index: Int, _ now: UInt64) -> Frame {
    let isQuiet = flight.allSatisfy { $0.isAcknowledged || $0.transmissions == 0 }
    if isQuiet { waitingSince = now }
    flight[index].isLost = false
    flight[index].sentAt = now
    flight[index].order = nextOrder
    flight[index].transmissions += 1
    nextOrder += 1
    return flight[index].frame
  }

  private mutating func nextFragment() -> MessageQueue.Fragment? {
    let limit = fragmentSize.bodyBytes
    if !messages.isEmpty { return messages.take(limit) }
    guard !samples.isEmpty else { return nil }
    let flying = flight.reduce(0) { $0 + ($1.frame.channel == .samples ? $1.frame.body.count : 0) }
    let free = credit - flying
    guard free >= min(samples.frontBytes, Wire.minimumFragmentBytes) else { return nil }
    return samples.take(min(limit, free))
  }
}
