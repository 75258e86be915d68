import Transport

/// Serves a device over one transport, as a board's main loop does: bytes in, one step at most,
/// bytes out.
///
/// It works on a queue of its own, so that a long step holds up no thread of Swift concurrency.
/// Meanwhile what the host sends waits in the transport, as it would in a board's receive ring.
package actor DeviceServer<Engine: StepEngine> {
  private nonisolated let executor = QueueExecutor(label: "fieldtune.device")
  private let transport: any ByteTransport
  private var device: DeviceMachine<Engine>
  private var isWorking = false
  private var hasMoreWork = false
  private var timer: Task<Void, Never>?
  private var isOver = false
  private let start = ContinuousClock.now

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// - Parameter transport: the device's end of the line; the server closes it at the end.
  package init(
    engine: sending Engine, identity: DeviceIdentity, keptStates: KeptStates? = nil, transport: any ByteTransport
  ) {
    self.transport = transport
    device = DeviceMachine(engine: engine, identity: identity, keptStates: keptStates)
  }

  /// Serves until the transport ends.
  package func run() async {
    do {
      for try await bytes in transport.incoming {
        device.receive(bytes, now: nanoseconds)
        try await work()
      }
    } catch {
      // The line failed or was closed in the middle of a write: either way the device is unplugged.
    }
    isOver = true
    timer?.cancel()
    await transport.close()
  }

  private var nanoseconds: UInt64 {
    let (seconds, attoseconds) = start.duration(to: .now).components
    return UInt64(clamping: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  /// Does all there is to do. One call works at a time; another one makes it go round again.
  private func work() async throws {
    hasMoreWork = true
    guard !isWorking else { return }
    isWorking = true
    defer { isWorking = false }
    while hasMoreWork {
      hasMoreWork = device.poll { nanoseconds }
      while let frame = device.nextFrame(now: nanoseconds) { try await transport.write(frame) }
      // Let the reader in, which shares this actor.
      await Task.yield()
    }
    setTimer()
  }

  private func setTimer() {
    timer?.cancel()
    guard !isOver, let deadline = device.deadline else { return }
    timer = Task { await sleepThenWork(until: start + .nanoseconds(Int64(clamping: deadline))) }
  }

  private func sleepThenWork(until moment: ContinuousClock.Instant) async {
    do {
      try await ContinuousClock().sleep(until: moment)
      try await work()
    } catch {
      // An earlier moment took this one's place, or the line is gone, which `run` sees.
    }
  }
}
