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
  /// What the device's end counted when it was asked last, and when that was.
  private let device = Mutex<(counters: [String: Int], asked: ContinuousClock.Instant?)>(([:], nil))
  /// Asking takes a place on the line: no more often than this.
  private static let deviceInterval = Duration.seconds(5)
  /// The sum of the connections before.
  private let earlier = Mutex<LinkView?>(nil)

  init(_ source: TransportSource) {
    self.source = source
    name = source.name
  }

  func connect() async throws(DeviceFailure) -> any DeviceConnection {
    if let view = await view() { earlier.withLock { $0 = view } }
    connection.withLock { $0 = nil }
    let opened = try await source.connect()
    if let link = opened as? LinkConnection { connection.withLock { $0 = link } }
    return opened
  }

  /// What the connections have seen; `nil` before the first.
  func view() async -> LinkView? {
    let before = earlier.withLock { $0 }
    guard let current = connection.withLock({ $0 }) else { return before }
    let link = current.link
    askDevice(link)
    var view = LinkView(
      current.info, await link.statistics, roundTripMicroseconds: await link.roundTripMicroseconds, baud: await link.baud)
    view.clockDrift = await link.clockDrift
    view.device = device.withLock { $0.counters }
    return before.map(view.adding) ?? view
  }

  /// In the background: a device that is in a step, or gone, must not hold up who only wants to look.
  private func askDevice(_ link: DeviceLink) {
    let isDue = device.withLock { state in
      if let asked = state.asked, ContinuousClock.now - asked < Self.deviceInterval { return false }
      state.asked = .now
      return true
    }
    guard isDue else { return }
    Task {
      do throws(DeviceLinkError) {
        let report = try await link.counters()
        device.withLock { $0.counters = report.byName }
      } catch {
        // The run tells that its device is gone; what was counted before stays.
      }
    }
  }
}

extension Wire.LinkCountersReport {
  fileprivate var byName: [String: Int] {
    [
      "received": framesReceived, "sent": framesSent, "resent": framesResent, "timeout": timeouts,
      "duplicate": duplicates, "refused": refused, "damaged": damaged, "malformed": malformed,
      "byte-dropped": bytesDropped, "overrun": overruns, "framing-error": framingErrors, "noise": noiseErrors,
    ].mapValues(Int.init)
  }
}

extension LinkView {
  init(_ info: Wire.DeviceInfo, _ statistics: LinkStatistics, roundTripMicroseconds: UInt64?, baud: Int?) {
    self.init(
      board: info.board, firmware: info.firmware, unit: info.counterUnit.name, ticksPerSecond: Int(info.counterHertz),
      baud: baud ?? 0, roundTripMicroseconds: roundTripMicroseconds.map { Int(clamping: $0) },
      framesSent: statistics.framesSent, framesReceived: statistics.framesReceived,
      framesResent: statistics.framesResent,
      damaged: [
        "too-short": statistics.tooShort, "too-long": statistics.tooLong, "cut": statistics.cut,
        "corrupt": statistics.corrupt, "reserved": statistics.reserved, "malformed": statistics.malformed,
      ],
      duplicates: statistics.duplicates, stale: statistics.stale, echoes: statistics.echoes,
      timeouts: statistics.timeouts,
      memory: info.memory.map {
        Region(
          name: $0.name, bytes: Int($0.byteCount), planned: Int($0.plannedBytes), highWater: Int($0.highWaterBytes))
      })
  }
}
