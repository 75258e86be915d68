/// The host's end of the link: a state machine without clock and I/O. Times are microseconds of any
/// clock that never runs backwards.
///
/// Use: feed what the transport reads to `receive`, take `takeEvents`, write what `nextFrame`
/// returns until it is nil (or until about 4 ms of line are queued), and come back at `deadline`.
package struct HostEndpoint: Sendable {
  private enum State: Sendable {
    /// Says hello until it is answered.
    case connecting(nextHello: UInt64)
    /// The hello is answered, and tells this connection from the next; what the device is has not
    /// come yet.
    case greeted(Wire.DeviceHello)
    case connected(Wire.DeviceHello, Wire.DeviceInfo)
  }

  private static let helloInterval = UInt64(Wire.helloIntervalMilliseconds) * 1000
  private static let keepalive = UInt64(Wire.keepaliveMilliseconds) * 1000
  private static let silence = UInt64(Wire.hostSilenceMilliseconds) * 1000
  /// A device that refused is asked again this rarely.
  private static let refusedInterval: UInt64 = 1_000_000
  /// After a damaged answer to the hello.
  private static let damagedInterval: UInt64 = 20_000
  /// Hellos in a row on a line that is known to damage frames: one of them may arrive whole.
  private static let noisyHellos = 4
  /// Samples that wait for credit ask for it this often.
  private static let starvedInterval: UInt64 = 50_000
  /// The host has room for whatever a device sends.
  private static let credit = UInt16.max

  /// Random number of this process and port, never 0.
  package let session: UInt64
  /// Connections tried so far.
  package private(set) var attempt: UInt32 = 1
  private var state = State.connecting(nextHello: 0)
  /// Of this attempt; unused until `state` is connected.
  private var connection: Connection
  private var decoder = FrameDecoder()
  private var events: [LinkEvent] = []
  private var heardAt: UInt64 = 0
  /// Silence until then ends no connection.
  private var quietUntil: UInt64 = 0
  private var askedAt: UInt64 = 0
  /// Hellos that follow the latest one at once.
  private var hellosLeft = 0
  /// As the device said last: what the next connection has to name.
  private var bootID: UInt32 = 0
  private var connectionNumber: UInt32 = 0
  private var counted = LinkStatistics()

  package init(session: UInt64, maximumFragmentBytes: Int = Wire.maximumBodyBytes) {
    precondition(session != 0, "a session is never 0")
    self.session = session
    connection = Connection(
      side: .host, epoch: UInt8(attempt & 15),
      fragmentSize: FragmentSize(maximum: maximumFragmentBytes))
  }
}

extension HostEndpoint {
  /// What the device says of itself, while a connection stands.
  package var device: Wire.DeviceInfo? {
    if case .connected(_, let info) = state { info } else { nil }
  }

  /// The device's answer to the hello of this connection.
  package var greeting: Wire.DeviceHello? {
    switch state {
    case .connecting: nil
    case .greeted(let hello), .connected(let hello, _): hello
    }
  }

  package var isConnected: Bool { device != nil }

  /// Everything sent is acknowledged.
  package var isIdle: Bool { connection.sender.isIdle }

  /// Bytes of samples sent and not acknowledged: what a session looks at before it queues more.
  package var unacknowledgedSampleBytes: Int {
    connection.sender.unacknowledgedBytes(samples: true)
  }

  /// Smoothed round trip in microseconds.
  package var roundTripMicroseconds: UInt64? { connection.sender.roundTrip.smoothed }

  /// Bytes that fragments are cut into now, given how often this line loses frames.
  package var fragmentBytes: Int { connection.sender.fragmentSize.bodyBytes }

  package var statistics: LinkStatistics { counted.adding(connection) }

  /// Queues a message. False, and nothing queued, while there is no connection: the session starts
  /// over at the next `connected` event.
  package mutating func send(_ message: Wire.Message) -> Bool {
    guard isConnected else { return false }
    connection.queue(message)
    return true
  }

  /// The device said (PAUSE) that it may not answer until then.
  package mutating func expectSilence(until moment: UInt64) { quietUntil = moment }

  package mutating func takeEvents() -> [LinkEvent] {
    defer { events = [] }
    return events
  }

  /// The transport is gone, or is another one: start over.
  package mutating func restart(_ loss: LinkLoss = .transport, now: UInt64) {
    if isConnected { events.append(.disconnected(loss)) }
    if loss == .transport { decoder = FrameDecoder() }
    if loss == .noise { connection.learnFromStuckFrames() }
    counted = counted.adding(connection)
    attempt &+= 1
    decoder.key = nil
    connection = Connection(
      side: .host, epoch: epoch, fragmentSize: connection.sender.fragmentSize)
    state = .connecting(nextHello: now)
  }
}

extension HostEndpoint {
  /// Takes bytes from the transport, in pieces of any size.
  package mutating func receive(_ bytes: some Sequence<UInt8>, now: UInt64) {
    for byte in bytes {
      switch decoder.take(byte) {
      case nil: break
      case .failure(let error): takeDamage(error, now)
      case .success(let frame): take(frame, now)
      }
    }
  }

  /// While connecting, damage may be the answer to the hello: ask again soon.
  private mutating func takeDamage(_ error: FrameError, _ now: UInt64) {
    counted.count(error)
    if error == .foreign { return }
    if case .connecting(let nextHello) = state {
      state = .connecting(nextHello: min(nextHello, now + Self.damagedInterval))
    }
  }

  private mutating func take(_ frame: Frame, _ now: UInt64) {
    counted.framesReceived += 1
    if frame.sender == .host {
      counted.echoes += 1
    } else if frame.kind == .hello {
      takeHello(frame, now)
    } else if frame.epoch != epoch || greeting == nil {
      counted.stale += 1
    } else if let deliveries = connection.take(frame, now: now) {
      heardAt = now
      for delivery in deliveries { deliver(delivery) }
    }
  }

  private mutating func deliver(_ delivery: LinkReceiver.Delivery) {
    do throws(WireError) {
      let message = try Wire.Message(delivery.bytes, from: .device)
      if case .greeted(let hello) = state {
        let info = try firstMessage(message, after: hello)
        state = .connected(hello, info)
        events.append(.connected(info))
      } else {
        events.append(.message(message))
      }
    } catch {
      counted.malformed += 1
      events.append(.malformed(error))
    }
  }

  private func firstMessage(
    _ message: Wire.Message, after hello: Wire.DeviceHello
  ) throws(WireError) -> Wire.DeviceInfo {
    guard case .deviceInfo(let info) = message else {
      throw .impossible(
        field: "first message", found: UInt64(type(of: message.content).kind.rawValue),
        expected: "DEVICE_INFO, \(Wire.MessageKind.deviceInfo.rawValue)")
    }
    guard info.bootID == hello.bootID else {
      throw .impossible(
        field: "deviceInfo.bootID", found: UInt64(info.bootID),
        expected: "\(hello.bootID) as in the hello")
    }
    return info
  }

  private mutating func takeHello(_ frame: Frame, _ now: UInt64) {
    do throws(WireError) {
      switch try Wire.Message(frame.body, from: .device) {
      case .deviceHello(let hello) where hello.magic != Wire.magic:
        counted.malformed += 1
      case .deviceHello(let hello) where isAnswer(hello.session, hello.attempt):
        try takeAnswer(hello, frame, now)
      case .deviceHello(let hello):
        takeNumbers(hello, now)
      case .refuse(let refusal) where isAnswer(refusal.session, refusal.attempt):
        restart(.replaced, now: now)
        state = .connecting(nextHello: now + Self.refusedInterval)
        events.append(.refused(refusal))
      default:
        counted.stale += 1
      }
    } catch {
      counted.malformed += 1
      events.append(.malformed(error))
    }
  }

  private func isAnswer(_ session: UInt64, _ attempt: UInt32) -> Bool {
    session == self.session && attempt == self.attempt
  }

  private mutating func takeAnswer(
    _ hello: Wire.DeviceHello, _ frame: Frame, _ now: UInt64
  ) throws(WireError) {
    if let greeting {
      guard greeting.bootID == hello.bootID, greeting.connection == hello.connection else {
        return takeNumbers(hello, now)
      }
    } else {
      guard hello.bootID == bootID, hello.connection == connectionNumber &+ 1 else {
        return takeNumbers(hello, now)
      }
      guard connection.limitFragments(to: Int(hello.mtu)) else {
        throw .impossible(
          field: "deviceHello.mtu", found: UInt64(hello.mtu),
          expected: "\(Wire.minimumFragmentBytes) at least")
      }
      state = .greeted(hello)
      decoder.key = hello.key
      connectionNumber = hello.connection
      askedAt = now
    }
    _ = connection.take(frame, now: now)
    heardAt = now
  }

  /// The device does not know our connection: the next one names what the device says. One that
  /// counts fewer connections than it had at ours said so before; one that counts as many as our
  /// hello names is about to answer it.
  private mutating func takeNumbers(_ hello: Wire.DeviceHello, _ now: UInt64) {
    let advance = Int32(bitPattern: hello.connection &- connectionNumber)
    if hello.bootID == bootID, advance < (greeting == nil ? 1 : 0) { return counted.stale += 1 }
    bootID = hello.bootID
    connectionNumber = hello.connection
    restart(.restarted, now: now)
  }

  private var epoch: UInt8 { UInt8(attempt & 15) }
}

extension HostEndpoint {
  /// The next bytes to write: one frame, or nil when there is nothing to send now.
  package mutating func nextFrame(now: UInt64) -> [UInt8]? {
    if greeting != nil {
      if now >= silenceTime {
        restart(.silence, now: now)
      } else if connection.sender.isStuck, now < heardAt + Self.keepalive {
        restart(.noise, now: now)
      }
    }
    guard let frame = nextFrameOfState(now) else { return nil }
    counted.framesSent += 1
    return frame.wire(key: decoder.key ?? 0)
  }

  private mutating func nextFrameOfState(_ now: UInt64) -> Frame? {
    switch state {
    case .connecting(let nextHello):
      guard now >= nextHello else { return nil }
      if hellosLeft == 0 { hellosLeft = counted.damaged > 0 ? Self.noisyHellos : 1 }
      hellosLeft -= 1
      if hellosLeft == 0 { state = .connecting(nextHello: now + Self.helloInterval) }
      return hello
    case .greeted, .connected:
      return question(now) ?? connection.nextFrame(credit: Self.credit, now: now)
    }
  }

  /// A ping after a while of silence, the hello after twice that: a device that was reset answers
  /// nothing else.
  private mutating func question(_ now: UInt64) -> Frame? {
    guard now >= questionTime else { return nil }
    askedAt = now
    if now >= heardAt + 2 * Self.keepalive {
      var frame = hello
      frame.acknowledged = connection.receiver.expected
      return frame
    }
    var frame = Frame(kind: .ping, sender: .host, epoch: epoch)
    frame.acknowledged = connection.receiver.expected
    frame.credit = Self.credit
    return frame
  }

  /// When silence ends the connection.
  private var silenceTime: UInt64 { max(heardAt, quietUntil) + Self.silence }

  private var questionTime: UInt64 {
    if connection.sender.isStarved { return max(heardAt, askedAt) + Self.starvedInterval }
    return max(heardAt + Self.keepalive, askedAt + Self.helloInterval)
  }

  private var hello: Frame {
    let message = Wire.HostHello(
      magic: Wire.magic, protocolMinimum: Wire.minimumVersion, protocolMaximum: Wire.version,
      session: session, attempt: attempt, bootID: bootID, connection: connectionNumber,
      schemaHash: Wire.schemaHash, mtu: UInt16(Wire.maximumBodyBytes))
    var frame = Frame(kind: .hello, sender: .host, epoch: epoch)
    frame.isFirst = true
    frame.isLast = true
    frame.credit = Self.credit
    frame.body = message.bytes
    return frame
  }

  /// When `nextFrame` may have something to send though nothing came in.
  package var deadline: UInt64 {
    switch state {
    case .connecting(let nextHello): nextHello
    case .greeted, .connected:
      min(
        questionTime, silenceTime, connection.sender.deadline ?? UInt64.max)
    }
  }
}
