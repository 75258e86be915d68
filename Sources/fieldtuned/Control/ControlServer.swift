import Coordinator
import Foundation
import Logging
import NIOCore
import NIOPosix
import Telemetry

/// A connection to the daemon's socket, and who is at its other end.
struct Client: Sendable {
  let stream: NIOAsyncChannel<ByteBuffer, ByteBuffer>
  /// `nil` when the kernel did not tell.
  let peer: PeerCredentials?

  /// For the log.
  var metadata: Logger.Metadata {
    peer.map { ["user": "\($0.userID)", "process": "\($0.processID)"] } ?? [:]
  }
}

/// Listens on the daemon's Unix socket.
struct ControlServer: Sendable {
  let path: String
  let token: AccessToken
  /// Where the page is, with its token, for `ping`.
  let page: @Sendable () -> String?
  let director: RunDirector
  let roster: DeviceRoster
  let store: RunStore
  let metrics: MetricsRegistry
  let logger: Logger
  private let places = Places(ControlLimits.clients)

  /// Serves until the task is cancelled.
  ///
  /// - Parameter ready: called once clients can connect.
  func run(ready: @Sendable () -> Void) async throws {
    try await prepare()
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(LineDeadline())
          let peer = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable { PeerCredentials(of: $0) }
          let stream = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
          return Client(stream: stream, peer: peer ?? nil)
        }
      }
    guard chmod(path, 0o660) == 0 else {
      throw ConfigurationError("socket: \(path): the mode cannot be set: \(String(cString: strerror(errno)))")
    }
    guard let access = SocketAccess(socket: path) else {
      throw ConfigurationError("socket: \(path): cannot be examined: \(String(cString: strerror(errno)))")
    }
    let tokenPath = AccessToken.path(besideSocket: path)
    try token.write(to: tokenPath)
    logger.info("socket ready", metadata: ["path": "\(path)", "token": "\(tokenPath)"])
    ready()
    defer {
      unlink(tokenPath)
      unlink(path)
    }
    try await server.executeThenClose { clients in
      try await withThrowingDiscardingTaskGroup { group in
        for try await client in clients {
          let refusal = refusal(of: client, access)
          group.addTask { await serve(client, refusal: refusal) }
        }
      }
    }
  }

  /// Why a client is turned away, if it is.
  private func refusal(of client: Client, _ access: SocketAccess) -> ControlFailure? {
    if let sentence = access.refusal(of: client.peer) {
      metrics.add(to: .clientsRefused)
      logger.warning("client refused", metadata: client.metadata)
      return ControlFailure(.daemon, sentence)
    }
    guard places.take() else {
      metrics.add(to: .clientsRefused)
      logger.debug("client refused: no place is free", metadata: client.metadata)
      return ControlFailure(
        .busy, "daemon: found \(ControlLimits.clients) clients connected, expected fewer: try again in a moment")
    }
    return nil
  }

  private func serve(_ client: Client, refusal: ControlFailure?) async {
    do {
      try await client.stream.executeThenClose { inbound, outbound in
        var session = ControlSession(server: self, client: client, outbound: outbound)
        if let refusal {
          try await session.refuse(inbound, refusal)
        } else {
          metrics.add(to: .clients)
          try await session.serve(inbound)
        }
      }
    } catch {
      logger.debug("client gone", metadata: ["reason": "\(error)"])
    }
    if refusal == nil {
      places.giveBack()
      metrics.add(-1, to: .clients)
    }
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
