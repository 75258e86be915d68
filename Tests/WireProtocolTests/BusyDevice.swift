/// A board whose main loop does nothing but train for a while after each sample: its line goes on
/// filling a ring.
final class BusyDevice: SimulatedEnd {
  /// Of the boards' receive ring.
  static let ringBytes = 2303
  let device: FirmwareDevice
  private let stepMicroseconds: UInt64
  private var ring: [UInt8] = []
  private var busyUntil: UInt64 = 0
  private(set) var overflowBytes = 0

  init(_ device: FirmwareDevice, stepMicroseconds: UInt64) {
    self.device = device
    self.stepMicroseconds = stepMicroseconds
  }

  var deadline: UInt64? { max(busyUntil, device.deadline ?? 0) }

  func receive(_ bytes: [UInt8], now: UInt64) {
    let room = Self.ringBytes - ring.count
    ring += bytes.prefix(room)
    overflowBytes += max(0, bytes.count - room)
  }

  func nextFrame(now: UInt64) -> [UInt8]? {
    guard now >= busyUntil else { return nil }
    device.isAboutToRun = false
    let before = device.log.nextIndex
    while let byte = ring.first, device.log.nextIndex == before {
      let end = ring.firstIndex(of: 0) ?? ring.count - 1
      device.receive(byte == 0 ? [0] : Array(ring[...end]), now: now)
      ring.removeFirst(byte == 0 ? 1 : end + 1)
    }
    if device.log.nextIndex > before {
      busyUntil = now + stepMicroseconds
      device.isAboutToRun = true
    }
    return device.nextFrame(now: now)
  }
}
