import NIOCore
import NIOPosix

/// A connection to a Unix socket: a serial line of QEMU, or the firmware's host build.
package final class UnixSocketTransport: ByteTransport {
  package let name: String
  private let stream: ChannelTransport

  private init(name: String, stream: ChannelTransport) {
    self.name = name
    self.stream = stream
  }

  /// Connects to the socket at `path`. Until `patience` is over, a socket that is not there yet or
  /// on which nothing listens yet is tried again: whoever serves it may just be starting.
  ///
  /// - Throws: `TransportError`: `.noConnection` after `patience`, `.cannotOpen` at once when
  ///   waiting cannot help (permission, a path of more than 107 bytes).
  package static func connect(
    path: String, patience: Duration = .zero, clock: any Clock<Duration> = ContinuousClock()
  ) async throws -> UnixSocketTransport {
    let name = "unix:\(path)"
    var waited = Duration.zero
    while true {
      do {
        let stream = try await ChannelTransport.connecting(toUnixSocket: path, name: name)
        return UnixSocketTransport(name: name, stream: stream)
      } catch let error as IOError where retriedCodes.contains(error.errnoCode) {
        guard waited < patience else {
          throw TransportError.noConnection(
            name: name, waited: patience, reason: errorText(error.errnoCode))
        }
      } catch {
        throw TransportError.cannotOpen(name: name, reason: reason(of: error))
      }
      try await clock.sleep(for: retryInterval)
      waited += retryInterval
    }
  }

  private static let retryInterval = Duration.milliseconds(20)

  /// Not there yet; nobody listens yet; the queue of connections is full.
  private static let retriedCodes: Set<CInt> = [ENOENT, ECONNREFUSED, EAGAIN]

  private static func reason(of error: any Error) -> String {
    switch error {
    case let error as IOError: errorText(error.errnoCode)
    case SocketAddressError.unixDomainSocketPathTooLong:
      "the path is too long: expected at most 107 bytes"
    default: "\(error)"
    }
  }

  package var incoming: IncomingBytes { stream.incoming }

  package func write(_ bytes: [UInt8]) async throws {
    try await stream.write(bytes)
  }

  package func close() async {
    await stream.close()
  }
}
