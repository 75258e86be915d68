import Coordinator
import Foundation
import Logging
import NIOCore
import NIOPosix
import Telemetry

/// Listens on the daemon's Unix socket.
struct ControlServer: Sendable {
  let path: String
  /// Where the page is, for `ping`.
  let page: @Sendable () -> String?
  let director: RunDirector
  let roster: DeviceRoster
  let store: RunStore
  let metrics: MetricsRegistry
  let logger: Logger

  /// Serves until the task is cancelled.
  ///
  /// - Parameter ready: called once clients can connect.
  func run(ready: @Sendable () -> Void) async throws {
    try await prepare()
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    guard chmod(path, 0o660) == 0 else {
      throw ConfigurationError("socket: \(path): the mode cannot be set: \(String(cString: strerror(errno)))")
    }
    logger.info("socket ready", metadata: ["path": "\(path)"])
    ready()
    defer { unlink(path) }
    try await server.executeThenClose { clients in
      try await withThrowingDiscardingTaskGroup { group in
        for try await client in clients {
          group.addTask { await serve(client) }
        }
      }
    }
  }

  private func serve(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
    metrics.add(to: .clients)
    do {
      try await client.executeThenClose { inbound, outbound in
        var session = ControlSession(server: self, outbound: outbound)
        try await session.serve(inbound)
      }
    } catch {
      logger.debug("client gone", metadata: ["reason": "\(error)"])
    }
    metrics.add(-1, to: .clients)
  }

  /// Makes the socket's folder, and sees to it that no other daemon is in the way.
  private func prepare() async throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ConfigurationError(
        "socket: \(folder.path): cannot be made: \((error as NSError).localizedDescription): set socket in the "
          + "configuration")
    }
    if let other = await running() {
      throw ConfigurationError(
        "socket: \(path): found another daemon there (process \(other.processID)), expected none: stop it first")
    }
  }

  private func running() async -> DaemonInfo? {
    do throws(ControlFailure) { return try await ControlClient(socketPath: path).ping() } catch { return nil }
  }
}
