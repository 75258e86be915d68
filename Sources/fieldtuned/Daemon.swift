import Coordinator
import Foundation
import Logging
import Synchronization
import Telemetry
import Transport

/// Joins the parts, and ends them in order.
struct Daemon {
  /// How long runs may take to reach a checkpoint once the daemon is to end; less than the unit's
  /// `TimeoutStopSec`.
  private static let stopPatience = Duration.seconds(20)

  let configuration: Configuration

  /// Serves until SIGTERM or SIGINT.
  func run() async throws {
    // What the daemon makes is its user's alone; the socket gets a mode of its own.
    umask(0o077)
    let logger = Logger(label: "fieldtuned")
    let signals = TerminationSignals()
    defer { signals.cancel() }
    let lock = try StateLock(directory: configuration.stateDirectory)
    defer { withExtendedLifetime(lock) {} }
    let metrics = MetricsRegistry()
    let state = URL(fileURLWithPath: configuration.stateDirectory, isDirectory: true)
    let store = try RunStore(directory: state)
    let roster = DeviceRoster(
      policy: AdoptionPolicy(listings: Set(configuration.listedPorts)), baud: configuration.baud,
      speeds: LineSpeeds(directory: state) { logger.warning("line speeds", metadata: ["reason": "\($0)"]) },
      logger: logger)
    let director = RunDirector(
      store: store, roster: roster, metrics: metrics,
      uploads: state.appendingPathComponent("uploads"), logger: logger)
    let token = AccessToken()
    let page = PageServer(
      address: configuration.httpAddress, port: configuration.httpPort, store: store, director: director,
      roster: roster, metrics: metrics, token: token, logger: logger)
    let control = ControlServer(
      path: try configuration.socketPathInForce(), token: token, page: page.link, director: director, roster: roster, store: store,
      metrics: metrics, logger: logger)
    try await serve(page, control, roster, director, until: signals.stream, logger: logger)
    logger.info("ended")
  }

  private func serve(
    _ page: PageServer, _ control: ControlServer, _ roster: DeviceRoster, _ director: RunDirector,
    until signals: AsyncStream<Int32>, logger: Logger
  ) async throws {
    let notifier = SystemdNotifier()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await page.run()
        return false
      }
      group.addTask {
        // A daemon that cannot serve takes no board.
        try await page.waitUntilReady()
        try await director.takeUp()
        try await control.run { notifier.ready(status: "page at \(page.url() ?? "none")") }
        return false
      }
      group.addTask {
        await roster.follow(UdevPortEventSource())
        return false
      }
      group.addTask {
        await notifier.keepAlive { await isHealthy(control, director) }
        return false
      }
      group.addTask {
        for await signal in signals {
          logger.info("ending", metadata: ["signal": "\(signal)"])
          return true
        }
        return false
      }
      // A server that ends by itself has failed and says so; only the signal ends in order.
      while let isSignal = try await group.next(), !isSignal {}
      notifier.stopping()
      await director.suspendAll(within: Self.stopPatience)
      group.cancelAll()
      await ignoringCancellation(&group)
    }
  }

  /// The daemon asks itself, over its socket: event loops, sessions, roster and director answer.
  private func isHealthy(_ control: ControlServer, _ director: RunDirector) async -> Bool {
    guard await director.isAlive else { return false }
    do throws(ControlFailure) {
      _ = try await ControlClient(socketPath: control.path).devices()
      return true
    } catch {
      // Many clients are no illness.
      if error.kind == .busy { return true }
      control.logger.error("the watchdog is not fed", metadata: ["reason": "\(error)"])
      return false
    }
  }

  /// What the parts throw while they are taken down is no news.
  private func ignoringCancellation(_ group: inout ThrowingTaskGroup<Bool, any Error>) async {
    while await group.nextResult() != nil {}
  }
}
