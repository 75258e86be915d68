import DeviceLink
import WireProtocol

/// A hostile device: the input is a program of raw bytes, of whole frames of the host's own connection, and of time.
/// The host's end must go on or end with a sentence, whatever comes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDevice(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var device = HostileDevice(Array(UnsafeBufferPointer(start: data, count: count)))
  device.run()
  return 0
}

private struct HostileDevice {
  private var program: ArraySlice<UInt8>
  private var host = Conversation(name: "fuzz", policy: RetryPolicy(), session: 9)
  private var hears = FrameDecoder()
  private var hello: Wire.DeviceHello?
  private var sequence: UInt16 = 0
  private var milliseconds = 0

  init(_ program: [UInt8]) { self.program = program[...] }

  private var now: Duration { .milliseconds(milliseconds) }

  mutating func run() {
    host.start(expecting: nil, timeout: .seconds(5), now: now)
    drain()
    for _ in 0..<200 {
      guard let what = program.popFirst(), let number = program.popFirst(), let count = program.popFirst() else { break }
      let bytes = Array(program.prefix(Int(count)))
      program = program.dropFirst(Int(count))
      act(what, number, bytes)
      judge(host.tick(now: now))
      drain()
    }
    judge(host.close(.gone(name: "fuzz")))
  }

  private mutating func act(_ what: UInt8, _ number: UInt8, _ bytes: [UInt8]) {
    switch what % 8 {
    case 0: judge(host.receive(bytes, now: now))
    case 1: send(.data, number, bytes)
    case 2:
      // Before its turn, or a piece of something.
      sequence &+= UInt16(number >> 4)
      send(.data, number, bytes, isFirst: number & 8 != 0, isLast: number & 4 != 0)
      sequence &-= UInt16(number >> 4)
    case 3: send(.ack, number, Array(bytes.prefix(bytes.count < 8 ? 0 : 8)))
    case 4: milliseconds += Int(number) * (number & 128 != 0 ? 100 : 1)
    case 5: judge(host.call([.digest(.init()), .linkCounters(.init())], now: now).effects)
    case 6: judge(host.call([.runBegin(.init(run: 7, seed: 1, firstIndex: 0, flags: 0))], now: now).effects)
    default: submit(number)
    }
  }

  private mutating func submit(_ number: UInt8) {
    guard !host.mustWait else { return }
    do {
      try host.submit(DeviceSample(index: UInt32(number), mode: .infer, input: [1, 2, 3]), now: now)
    } catch {
      precondition(!error.description.isEmpty)
    }
  }

  private mutating func send(
    _ kind: Wire.FrameKind, _ number: UInt8, _ body: [UInt8], isFirst: Bool = true, isLast: Bool = true
  ) {
    guard let hello else { return }
    var frame = Frame(kind: kind, sender: .device, epoch: UInt8(hello.attempt & 15))
    if kind == .data {
      frame.channel = Wire.Channel(rawValue: number % 6) ?? .control
      (frame.isFirst, frame.isLast) = (isFirst, isLast)
      frame.sequence = sequence
      sequence &+= 1
    }
    frame.acknowledged = UInt16(number)
    frame.credit = 3000
    frame.body = Array(body.prefix(Wire.maximumBodyBytes))
    judge(host.receive(frame.wire(key: hello.key), now: now))
  }

  /// Reads what the host says, and answers its hello.
  private mutating func drain() {
    for _ in 0..<100 {
      guard let wire = host.nextFrame(now: now) else { return }
      for byte in wire {
        guard case .success(let frame)? = hears.take(byte), frame.kind == .hello,
          case .hostHello(let asked)? = try? Wire.Message(frame.body, from: .host)
        else { continue }
        answer(asked)
      }
    }
  }

  private mutating func answer(_ asked: Wire.HostHello) {
    let hello = Wire.DeviceHello(
      magic: Wire.magic, protocolMinimum: Wire.minimumVersion, protocolMaximum: Wire.version,
      session: asked.session, attempt: asked.attempt, bootID: 5, connection: 1, schemaHash: Wire.schemaHash,
      mtu: UInt16(Wire.maximumBodyBytes))
    var frame = Frame(kind: .hello, sender: .device, epoch: UInt8(asked.attempt & 15))
    (frame.isFirst, frame.isLast) = (true, true)
    frame.credit = 3000
    frame.body = hello.bytes
    self.hello = hello
    sequence = 0
    judge(host.receive(frame.wire(key: 0), now: now))
  }

  private func judge(_ effects: [Conversation.Effect]) {
    if case .over(let error) = host.phase { precondition(!error.description.isEmpty) }
    for case .finish(_, .failure(let error)) in effects { precondition(!error.description.isEmpty) }
  }
}
