import Transport
import WireProtocol

/// Bytes in, bytes out, and the clock.
extension DeviceLink {
  func startPump() {
    if let line = transport as? any SerialLine, line.baud > 0 {
      pump.line = LineClock(bitsPerSecond: line.baud)
    }
    pump.reader = Task { await readAll() }
    service()
  }

  private func readAll() async {
    do {
      for try await bytes in transport.incoming {
        perform(receive(bytes))
        service()
      }
      end(.gone(name: name))
    } catch let error as TransportError {
      end(DeviceLinkError(error))
    } catch {
      // Cancelled: `end` has told everyone.
    }
  }

  /// After anything that happened: frames go out, those first that time alone asks for, and the clock
  /// is set.
  func service() {
    perform(tick())
    startWriter()
    if conversation.isOver { return retire() }
    setTimer()
  }

  /// Tells those who wait.
  func perform(_ effects: [Conversation.Effect]) {
    for effect in effects {
      switch effect {
      case .finish(let id, let result): waiters.finish(id, result)
      case .answer(let answer): waiters.answer(answer)
      case .endRun(let error): waiters.endAnswers(error)
      case .tell(.lineSpeed) where pump.line == nil && speedTrials.isEmpty: break  // it has none
      case .tell(let event): eventSink.yield(event)
      case .setLine(let baud): pump.nextBaud = baud
      case .wake: waiters.wake()
      }
    }
  }

  /// Ends every wait, and the port.
  func end(_ error: DeviceLinkError) {
    perform(close(because: error))
    retire()
  }

  private func retire() {
    pump.cancel()
    eventSink.finish()
    if pump.closer == nil { pump.closer = Task { [transport] in await transport.close() } }
  }
}

extension DeviceLink {
  private func startWriter() {
    guard pump.writer == nil else { return }
    let frame = nextFrame()
    guard frame != nil || pump.nextBaud != nil else { return }
    pump.writer = Task { await writeAll(from: frame ?? []) }
  }

  /// Writes frames as long as there are any, some in one write.
  private func writeAll(from first: [UInt8]) async {
    var bytes = first
    do {
      while !bytes.isEmpty {
        while hasRoom(behind: bytes.count), let frame = nextFrame() { bytes += frame }
        pump.line?.wrote(bytes.count, now: clock.now())
        try await transport.write(bytes)
        try await waitForLine()
        bytes = nextFrame() ?? []
      }
      try await changeLine()
      pump.writer = nil
      service()
    } catch let error as TransportError {
      end(DeviceLinkError(error))
    } catch {
      // Cancelled: `end` has told everyone.
    }
  }

  /// Whether another frame may be chosen behind bytes that are about to be written: until a serial
  /// line has enough to do, or for a few frames where there is no line rate.
  private func hasRoom(behind byteCount: Int) -> Bool {
    guard let line = pump.line else { return byteCount < 4096 }
    return lead + line.lineTime(byteCount) < LineClock.fullLead
  }

  /// Keeps what waits in the kernel short, so that a frame sent again does not queue behind it.
  private func waitForLine() async throws {
    guard pump.line != nil else { return }
    while case let excess = lead - LineClock.lowLead, excess > .zero {
      try await clock.sleepUntil(clock.now() + excess)
    }
  }

  /// How much of a serial line is written and not sent.
  private var lead: Duration {
    let unsent = (transport as? any SerialLine)?.unsentByteCount ?? 0
    return pump.line?.lead(now: clock.now(), unsentByteCount: unsent) ?? .zero
  }

  /// Everything is written: the line gets the rate that the negotiation wants.
  private func changeLine() async throws {
    guard let baud = pump.nextBaud else { return }
    pump.nextBaud = nil
    guard let line = transport as? any SerialLine else { return perform(lineChanged(to: baud)) }
    let patience = clock.now() + .seconds(1)
    while case let lead = lead, lead > .zero, clock.now() < patience {
      try await clock.sleepUntil(clock.now() + lead)
    }
    // What is still in the adapter goes out at the old rate.
    try await clock.sleepUntil(clock.now() + .milliseconds(2))
    do {
      try await line.setBaud(baud)
    } catch TransportError.unsupportedBaud {
      // `line.baud` says that the rate is the old one.
    }
    guard line.baud > 0 else {
      throw TransportError.failed(name: name, reason: "the driver reports no line speed after a change to \(baud) baud")
    }
    pump.line = LineClock(bitsPerSecond: line.baud)
    perform(lineChanged(to: line.baud))
  }

  private func setTimer() {
    // While a write is under way, no frame can be asked for.
    let moment = pump.writer == nil ? conversation.deadline : conversation.limit
    guard let moment else { return }
    let next = max(moment, clock.now() + .milliseconds(1))
    if let wakeAt = pump.wakeAt, wakeAt <= next { return }
    pump.timer?.cancel()
    pump.wakeAt = next
    pump.timer = Task { await sleepThenService(until: next) }
  }

  private func sleepThenService(until moment: Duration) async {
    do {
      try await clock.sleepUntil(moment)
    } catch {
      return  // an earlier moment has taken this one's place
    }
    guard pump.wakeAt == moment else { return }
    pump.wakeAt = nil
    service()
  }
}

extension DeviceLinkError {
  init(_ error: TransportError) {
    switch error {
    case .closed(let name): self = .gone(name: name)
    case .cannotOpen(let name, _), .inUse(let name), .notASerialPort(let name),
      .unsupportedBaud(let name, _, _), .noConnection(let name, _, _), .failed(let name, _):
      self = .portFailed(name: name, reason: error.description)
    }
  }
}
