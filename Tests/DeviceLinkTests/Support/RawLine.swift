import WireProtocol

/// A host that says what it likes, on a perfect line to a device.
struct RawLine {
  private var host = HostEndpoint(session: 1)
  private let device: any SimulatedDevice
  private var milliseconds: UInt32 = 0
  private(set) var info: Wire.DeviceInfo?

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
