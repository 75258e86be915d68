import Foundation
import Testing
import Transport

/// A listening Unix socket that accepts one connection and sends back what it reads.
private final class EchoServer: Sendable {
  let path: String

  init(path: String) throws {
    self.path = path
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
    }
    guard bound == 0, listen(listener, 1) == 0 else { throw MissingError() }
    Thread.detachNewThread {
      let peer = accept(listener, nil, nil)
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = Glibc.read(peer, &buffer, buffer.count)
        // A zero byte asks the server to hang up.
        guard count > 0, buffer[0] != 0, Glibc.write(peer, buffer, count) == count else { break }
      }
      Glibc.close(peer)
      Glibc.close(listener)
      unlink(path)
    }
  }
}

private func temporaryPath() -> String {
  NSTemporaryDirectory() + "/ft-\(UUID().uuidString.prefix(8)).sock"
}

@Suite(.timeLimit(.minutes(1))) struct UnixSocketTransportTests {
  @Test func socket_carriesBytesAndSeesTheHangUp() async throws {
    let server = try EchoServer(path: temporaryPath())
    let transport = try await UnixSocketTransport.connect(path: server.path)
    #expect(transport.name == "unix:\(server.path)")
    let sent = bytes(count: 300_000, seed: 3).map { $0 | 1 }
    async let writing: Void = transport.write(sent)
    #expect(try await read(sent.count, from: transport) == sent)
    try await writing
    try await transport.write([0])
    #expect(try await next(of: transport) == nil)
    #expect(
      try await transportError { try await transport.write([1]) } == .closed(name: transport.name))
    await transport.close()
  }

  @Test func connect_waitsForALateServer() async throws {
    let path = temporaryPath()
    let connecting = Task {
      try await UnixSocketTransport.connect(path: path, patience: .seconds(20))
    }
    await Task.yield()
    let server = try EchoServer(path: path)
    let transport = try await connecting.value
    try await transport.write([8])
    #expect(try await next(of: transport) == [8])
    await transport.close()
    #expect(server.path == path)
  }

  @Test func connect_saysThatNothingListens() async throws {
    let path = temporaryPath()
    let error = try await transportError { try await UnixSocketTransport.connect(path: path) }
    #expect(
      error.description == "unix:\(path): nothing accepted a connection: "
        + "No such file or directory")
  }

  @Test func connect_refusesATooLongPathAtOnce() async throws {
    let path = "/" + String(repeating: "x", count: 200)
    let error = try await transportError {
      try await UnixSocketTransport.connect(path: path, patience: .seconds(600))
    }
    #expect(
      error
        == .cannotOpen(
          name: "unix:\(path)", reason: "the path is too long: expected at most 107 bytes"))
  }
}
