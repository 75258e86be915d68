import FaultSimulation
import Foundation
import Synchronization

/// A serial line in real time between a device's descriptor and a pseudo terminal, whose name a symbolic link keeps
/// when the terminal changes, as a udev link does when ttyACM0 comes back as ttyACM1.
///
/// One thread owns descriptors and wires; what it shares with others is in `shared`.
final class FaultyLine: Sendable {
  struct Settings: Sendable {
    var seed: UInt64 = 1
    var baud = 921_600
    var latencyMilliseconds = 1
    var perByte = 0.0
    var kinds: [Fault] = [.flippedByte, .droppedByte, .doubledByte, .insertedByte]
    /// Mean milliseconds between two moments at which one direction is cut or stalls.
    var mishapMilliseconds: Double?
    /// Mean bytes, both ways together, between two times that the port vanishes.
    var unplugBytes: Double?
    var unplugMilliseconds = 50...300
  }

  struct Shared {
    var counts = FaultCounts()
    /// When the port came back, newest last.
    var replugs: [ContinuousClock.Instant] = []
    var carried = (toDevice: 0, toHost: 0)
    var isStopping = false
  }

  let link: URL
  private let shared = Mutex(Shared())
  private let stopped = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - device: opens the device's end, again and again while it is not there; a non-blocking descriptor.
  ///   - link: where the port is to be found.
  init(_ settings: Settings, link: URL, device: @escaping @Sendable () -> CInt?) throws {
    self.link = link
    let terminal = try PlainTerminal()
    try terminal.link(at: link)
    let thread = Thread { [self] in
      var engine = LineEngine(settings, terminal: terminal, link: link, device: device)
      engine.run { update in shared.withLock { update(&$0); return !$0.isStopping } }
      stopped.signal()
    }
    thread.name = "line"
    thread.start()
  }

  func stop() {
    shared.withLock { $0.isStopping = true }
    stopped.wait()
  }

  var state: Shared { shared.withLock { $0 } }
}
