import Coordinator
import DeviceLink
import Synchronization
import Transport
import WireProtocol

/// A device source that keeps the connection it gave last, so that others may ask how it is.
final class LinkMonitor: DeviceSource {
  let name: String
  private let source: TransportSource
  private let connection = Mutex<LinkConnection?>(nil)

  init(_ source: TransportSource) {
    self.source = source
    name = source.name
  }

  func connect() async throws(DeviceFailure) -> any DeviceConnection {
    let opened = try await source.connect()
    if let link = opened as? LinkConnection { connection.withLock { $0 = link } }
    return opened
  }

  /// What the last connection has seen; `nil` before the first.
  func view() async -> LinkView? {
    guard let current = connection.withLock({ $0 }) else { return nil }
    return LinkView(current.info, await current.link.statistics)
  }
}

/// The device of a run and the health of its link, for the page.
struct LinkView: Encodable, Sendable {
  struct Region: Encodable, Sendable {
    let name: String
    let bytes: Int
    let planned: Int
    let highWater: Int
  }

  let board: String
  let firmware: String
  /// What ticks are: `cycles`, `instructions` or `nanoseconds`, and how many there are in a second.
  let unit: String
  let ticksPerSecond: Int
  let framesSent: Int
  let framesReceived: Int
  let framesResent: Int
  let framesDamaged: Int
  let duplicates: Int
  let timeouts: Int
  let memory: [Region]

  init(_ info: Wire.DeviceInfo, _ statistics: LinkStatistics) {
    board = info.board
    firmware = info.firmware
    unit = info.counterUnit.name
    ticksPerSecond = Int(info.counterHertz)
    framesSent = statistics.framesSent
    framesReceived = statistics.framesReceived
    framesResent = statistics.framesResent
    framesDamaged = statistics.damaged + statistics.malformed
    duplicates = statistics.duplicates
    timeouts = statistics.timeouts
    memory = info.memory.map {
      Region(
        name: $0.name, bytes: Int($0.byteCount), planned: Int($0.plannedBytes), highWater: Int($0.highWaterBytes))
    }
  }
}
