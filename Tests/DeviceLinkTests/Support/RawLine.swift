import WireProtocol

/// A host that says what it likes, on a perfect line to a device.
struct RawLine {
  private var host = HostEndpoint(session: 1)
  private let device: any SimulatedDevice
  private var milliseconds: UInt32 = 0
  private(set) var info: Wire.DeviceInfo?

  /// Connects, and hears nothing after that.
  init(_ device: any SimulatedDevice, deaf duration: UInt32) {
    self.device = device
    while !host.isConnected {
      milliseconds += 1
      let microseconds = UInt64(milliseconds) * 1000
      while let frame = host.nextFrame(now: microseconds) { device.receive(frame, now: milliseconds) }
      // The device's loop does not poll yet, so it has nothing to tell.
      while let frame = device.nextFrame(capacity: 1023, now: milliseconds) { host.receive(frame, now: microseconds) }
    }
    beSilent(forMilliseconds: duration)
  }

  /// Gives the connection up.
  mutating func reconnect() { host.restart(now: UInt64(milliseconds) * 1000) }

  /// Connects at once.
  init(_ device: any SimulatedDevice) {
    self.device = device
    _ = settle()
    info = host.device
  }

  /// Sends a message and returns everything that comes back.
  mutating func ask(_ message: Wire.Message) -> [Wire.Message] {
    guard host.send(message) else { return [] }
    return settle()
  }

  /// Sends a message, of which nothing comes back.
  mutating func tell(_ message: Wire.Message) {
    guard host.send(message) else { return }
    while let frame = host.nextFrame(now: UInt64(milliseconds) * 1000) { device.receive(frame, now: milliseconds) }
  }

  /// Time passes in which the host says nothing and hears nothing.
  mutating func beSilent(forMilliseconds duration: UInt32) {
    for _ in 0..<duration {
      milliseconds += 1
      _ = device.poll(now: milliseconds)
      while device.nextFrame(capacity: 1023, now: milliseconds) != nil {}
    }
  }

  /// What has come by itself meanwhile.
  mutating func listen() -> [Wire.Message] {
    let end = milliseconds + 600
    var messages: [Wire.Message] = []
    while milliseconds < end {
      milliseconds += 1
      _ = exchange()
      for case .message(let message) in host.takeEvents() { messages.append(message) }
    }
    return messages
  }

  /// Moves bytes until neither side has anything to say.
  private mutating func settle() -> [Wire.Message] {
    var messages: [Wire.Message] = []
    var quiet = 0
    while quiet < 20 {
      milliseconds += 1
      let moved = exchange()
      for case .message(let message) in host.takeEvents() { messages.append(message) }
      quiet = moved ? 0 : quiet + 1
    }
    return messages
  }

  private mutating func exchange() -> Bool {
    var moved = false
    let microseconds = UInt64(milliseconds) * 1000
    while let frame = host.nextFrame(now: microseconds) {
      device.receive(frame, now: milliseconds)
      moved = true
    }
    if device.poll(now: milliseconds) { moved = true }
    while let frame = device.nextFrame(capacity: 1023, now: milliseconds) {
      host.receive(frame, now: microseconds)
      moved = true
    }
    return moved
  }
}
