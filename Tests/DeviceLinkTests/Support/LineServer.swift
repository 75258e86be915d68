import Transport

/// Serves a device without a clock of its own over a transport, as a board's main loop does.
actor LineServer {
  private let device: any SimulatedDevice
  private let transport: any ByteTransport
  /// Whether the other end has the device's rate; what is said while it has not is lost.
  private let isHeard: @Sendable (any SimulatedDevice) -> Bool
  private let start = ContinuousClock.now

  init(
    _ device: sending any SimulatedDevice, _ transport: any ByteTransport,
    isHeard: @escaping @Sendable (any SimulatedDevice) -> Bool = { _ in true }
  ) {
    self.device = device
    self.transport = transport
    self.isHeard = isHeard
  }

  /// Serves until the transport ends. The loop looks at its timers every few milliseconds.
  func run() async {
    let timer = Task {
      while !Task.isCancelled {
        try await ContinuousClock().sleep(for: .milliseconds(5))
        try await work()
      }
    }
    do {
      for try await bytes in transport.incoming {
        device.receive(bytes, now: milliseconds)
        try await work()
      }
    } catch {
      // Unplugged in the middle of a read or write.
    }
    timer.cancel()
    await transport.close()
  }

  private func work() async throws {
    var hasMore = true
    while hasMore {
      hasMore = device.poll(now: milliseconds)
      _ = isHeard(device)
      while let frame = device.nextFrame(capacity: 1023, now: milliseconds) {
        if isHeard(device) { try await transport.write(frame) }
      }
    }
  }

  private var milliseconds: UInt32 {
    let (seconds, attoseconds) = start.duration(to: .now).components
    return UInt32(truncatingIfNeeded: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }
}
