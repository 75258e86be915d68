import Foundation
import WireProtocol

/// The host's end on a Unix socket or terminal, driven by one blocking loop: enough to talk to one device.
final class TestHost {
  private let socket: Int32
  private var endpoint = HostEndpoint(session: 1)
  private var inbox: [LinkEvent] = []

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  init(socketPath: String) throws {
    socket = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(socketPath.utf8)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let error = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    guard error == 0 else { throw Failure(description: "connect: errno \(errno)") }
  }

  /// Takes the place of a host that is gone.
  convenience init(socketPath: String, after other: TestHost) throws {
    shutdown(other.socket, Int32(SHUT_RDWR))
    try self.init(socketPath: socketPath)
    endpoint = HostEndpoint(session: 2)
  }

  /// - Parameter terminal: an open one, which this value closes.
  init(terminal: Int32) { socket = terminal }

  deinit { close(socket) }

  /// Lets what is under way arrive.
  func settle() throws {
    for _ in 0..<20 { try exchange() }
  }

  /// Waits until the device has said who it is.
  func info() throws -> Wire.DeviceInfo {
    try next { event in if case .connected(.some(let info)) = event { info } else { nil } }
  }

  func send(_ message: Wire.Message) throws {
    guard endpoint.send(message) else { throw Failure(description: "not connected") }
  }

  func nextMessage<T>(_ pick: (Wire.Message) -> T?) throws -> T {
    try next { event in if case .message(let message) = event { pick(message) } else { nil } }
  }

  /// The first event `pick` takes; others are dropped.
  private func next<T>(_ pick: (LinkEvent) -> T?) throws -> T {
    let start = Self.microseconds()
    while Self.microseconds() < start + 30_000_000 {
      try exchange()
      inbox += endpoint.takeEvents()
      while !inbox.isEmpty {
        if let value = pick(inbox.removeFirst()) { return value }
      }
    }
    throw Failure(description: "the device did not answer for 30 s")
  }

  private func exchange() throws {
    while let frame = endpoint.nextFrame(now: Self.microseconds()) {
      let count = write(socket, frame, frame.count)
      guard count == frame.count else { throw Failure(description: "write: errno \(errno)") }
    }
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 5) > 0 else { return }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(socket, &bytes, bytes.count)
    guard count > 0 else { throw Failure(description: "the device closed its line") }
    endpoint.receive(bytes[..<count], now: Self.microseconds())
  }

  private static func microseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
  }
}
