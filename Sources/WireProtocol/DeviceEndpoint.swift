/// The device's end of the link, with the rules of `Firmware/runtime/link.c`: a state machine
/// without clock and I/O. Times are microseconds of any clock that never runs backwards.
///
/// It is silent until the first valid frame of a host, and again after ten seconds of silence.
package struct DeviceEndpoint: Sendable {
  private enum State: Sendable {
    case silent
    case connected(session: UInt64, attempt: UInt32)
  }

  private static let silence = UInt64(Wire.deviceSilenceMilliseconds) * 1000
  private static let unaskedInterval = UInt64(Wire.unaskedHelloMilliseconds) * 1000

  /// Who this device is and where it stands; the owner keeps it up to date.
  package var identity: Wire.DeviceInfo
  /// Bytes of SAMPLE messages the owner takes from now on, those already delivered not counted.
  /// What of a message has arrived in part is subtracted here.
  package var sampleCreditBytes = 0
  private let queueBytes: Int
  private var state = State.silent
  /// The latest one; unused until `state` is connected.
  private var connection: Connection
  private var connectionCount: UInt32 = 0
  private var decoder = FrameDecoder()
  private var events: [LinkEvent] = []
  private var heardAt: UInt64 = 0
  private var owesHello = false
  private var owesInfo = false
  /// The latest hello that no host had asked for.
  private var unaskedAt: UInt64?
  private var refusal: Wire.Refuse?
  private var dropped: [Wire.Channel: UInt32] = [:]
  private var counted = LinkStatistics()

  /// `queueBytes` bounds what `send` queues.
  package init(identity: Wire.DeviceInfo, queueBytes: Int = 4096) {
    self.identity = identity
    self.queueBytes = queueBytes
    connection = Connection(
      side: .device, epoch: 0, fragmentSize: FragmentSize(maximum: Wire.maximumBodyBytes))
  }

  package var isConnected: Bool {
    if case .connected = state { true } else { false }
  }

  package var isIdle: Bool { connection.sender.isIdle }

  package var statistics: LinkStatistics { counted.adding(connection) }

  package mutating func takeEvents() -> [LinkEvent] {
    defer { events = [] }
    return events
  }
}

extension DeviceEndpoint {
  /// Queues a message. False when there is no connection or no room: ask again later.
  package mutating func send(_ message: Wire.Message) -> Bool {
    let waiting = connection.sender.unacknowledgedBytes(samples: false)
    guard isConnected, !owesInfo, waiting + message.bytes.count <= queueBytes else { return false }
    connection.queue(message)
    return true
  }

  /// As `send`, but what finds no room is dropped, and counted by a GAP message later.
  package mutating func post(_ message: Wire.Message) {
    reportGaps()
    let channel = message.channel
    if isConnected, dropped[channel] != nil || !send(message) { dropped[channel, default: 0] += 1 }
  }

  private mutating func reportGaps() {
    for channel in Wire.Channel.allCases {
      guard let count = dropped[channel] else { continue }
      if send(.gap(Wire.Gap(channel: channel, count: count))) { dropped[channel] = nil }
    }
  }
}

extension DeviceEndpoint {
  /// Takes bytes from the transport, in pieces of any size.
  package mutating func receive(_ bytes: some Sequence<UInt8>, now: UInt64) {
    for byte in bytes {
      switch decoder.take(byte) {
      case nil: break
      case .failure(let error):
        counted.count(error)
        if error == .foreign { offerHello(now) }
      case .success(let frame): take(frame, now)
      }
    }
  }

  private mutating func take(_ frame: Frame, _ now: UInt64) {
    counted.framesReceived += 1
    if frame.sender == .device {
      counted.echoes += 1
    } else if frame.kind == .hello {
      takeHello(frame, now)
    } else if frame.epoch != connection.epoch {
      counted.stale += 1
    } else if let deliveries = connection.take(frame, now: now) {
      heardAt = now
      for delivery in deliveries { deliver(delivery) }
    }
  }

  private mutating func deliver(_ delivery: LinkReceiver.Delivery) {
    do throws(WireError) {
      let message = try Wire.Message(delivery.bytes, from: .host)
      if case .sample = message {
        sampleCreditBytes = max(0, sampleCreditBytes - delivery.bytes.count)
      }
      events.append(.message(message))
    } catch {
      counted.malformed += 1
      events.append(.malformed(error))
    }
  }

  private mutating func takeHello(_ frame: Frame, _ now: UInt64) {
    guard
      case .success(.hostHello(let hello)) = Result(catching: { () throws(WireError) in
        try Wire.Message(frame.body, from: .host)
      }), hello.magic == Wire.magic, hello.session != 0,
      frame.epoch == hello.attempt & 15, hello.mtu >= Wire.minimumFragmentBytes
    else {
      return counted.malformed += 1
    }
    refusal = objection(to: hello)
    if refusal != nil { return }
    owesHello = true
    if case .connected(hello.session, hello.attempt) = state {
      heardAt = now
    } else if hello.bootID == identity.bootID, hello.connection == connectionCount {
      connect(hello)
      heardAt = now
    }
  }

  /// A host talks on a connection that this device does not know: it had better know soon.
  private mutating func offerHello(_ now: UInt64) {
    if let unaskedAt, now < unaskedAt + Self.unaskedInterval { return }
    unaskedAt = now
    owesHello = true
  }

  private func objection(to hello: Wire.HostHello) -> Wire.Refuse? {
    let code: Wire.Refusal
    if hello.protocolMinimum > Wire.version || hello.protocolMaximum < Wire.minimumVersion {
      code = .protocolVersion
    } else if hello.protocolMaximum == Wire.version, hello.schemaHash != Wire.schemaHash {
      // A host of a later version speaks this one too; one of this version has to mean the same by it.
      code = .schema
    } else {
      return nil
    }
    return Wire.Refuse(
      session: hello.session, attempt: hello.attempt, code: code,
      protocolMinimum: Wire.minimumVersion, protocolMaximum: Wire.version,
      schemaHash: Wire.schemaHash,
      text: "build firmware and host alike")
  }

  private mutating func connect(_ hello: Wire.HostHello) {
    disconnect(.replaced)
    connectionCount &+= 1
    counted = counted.adding(connection)
    var fragmentSize = connection.sender.fragmentSize
    fragmentSize.maximum = min(Int(hello.mtu), Wire.maximumBodyBytes)
    connection = Connection(
      side: .device, epoch: UInt8(hello.attempt & 15), fragmentSize: fragmentSize)
    state = .connected(session: hello.session, attempt: hello.attempt)
    owesInfo = true
    owesHello = true
    decoder.key = answer.key
    events.append(.connected(nil))
  }

  /// The transport is gone, or is another one.
  package mutating func disconnect(_ loss: LinkLoss) {
    guard isConnected else { return }
    state = .silent
    decoder.key = nil
    dropped = [:]
    owesHello = false
    events.append(.disconnected(loss))
  }
}

extension DeviceEndpoint {
  /// The next bytes to write: one frame, or nil when there is nothing to send now.
  package mutating func nextFrame(now: UInt64) -> [UInt8]? {
    guard let frame = nextFrameOfState(now) else { return nil }
    counted.framesSent += 1
    return frame.wire(key: decoder.key ?? 0)
  }

  private mutating func nextFrameOfState(_ now: UInt64) -> Frame? {
    if let refusal {
      self.refusal = nil
      return helloFrame(refusal.bytes, attempt: refusal.attempt)
    }
    if now >= heardAt + Self.silence { disconnect(.silence) }
    guard isConnected else {
      defer { owesHello = false }
      return owesHello ? helloFrame(answer.bytes, attempt: answer.attempt) : nil
    }
    if owesInfo {
      owesInfo = false
      connection.queue(.deviceInfo(identity))
    }
    reportGaps()
    let partial = connection.receiver.partialSampleBytes
    let credit = UInt16(clamping: max(0, sampleCreditBytes - partial))
    guard owesHello else { return connection.nextFrame(credit: credit, now: now) }
    owesHello = false
    return connection.complete(helloFrame(answer.bytes, attempt: answer.attempt), credit)
  }

  private var answer: Wire.DeviceHello {
    let (session, attempt) =
      if case .connected(let session, let attempt) = state { (session, attempt) } else {
        (UInt64(0), UInt32(0))
      }
    return Wire.DeviceHello(
      magic: Wire.magic, protocolMinimum: Wire.minimumVersion, protocolMaximum: Wire.version,
      session: session, attempt: attempt, bootID: identity.bootID, connection: connectionCount,
      schemaHash: Wire.schemaHash, mtu: UInt16(Wire.maximumBodyBytes))
  }

  private func helloFrame(_ body: [UInt8], attempt: UInt32) -> Frame {
    var frame = Frame(kind: .hello, sender: .device, epoch: UInt8(attempt & 15))
    frame.isFirst = true
    frame.isLast = true
    frame.body = body
    return frame
  }

  /// When `nextFrame` may have something to send though nothing came in.
  package var deadline: UInt64? {
    guard isConnected else { return nil }
    return min(heardAt + Self.silence, connection.sender.deadline ?? UInt64.max)
  }
}
