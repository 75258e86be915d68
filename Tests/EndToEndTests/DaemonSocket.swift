import Foundation

/// A plain blocking socket: HTTP as curl speaks it, and a client of the daemon that leaves when it likes.
struct DaemonSocket: Sendable {
  private let descriptor: Int32

  struct Failure: Error {
    let call: String
    let code = errno
  }

  /// To 127.0.0.1.
  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    try Self.connect(descriptor, &address)
  }

  init(path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = try Self.address(path)
    try Self.connect(descriptor, &address)
  }

  /// Receives datagrams, as systemd does.
  init(datagramsAt path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = try Self.address(path)
    try Self.use(&address, "bind") { [descriptor] in bind(descriptor, $0, $1) }
  }

  private static func address(_ path: String) throws -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw Failure(call: "path") }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return address
  }

  private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) throws {
    try use(&address, "connect") { Foundation.connect(descriptor, $0, $1) }
  }

  private static func use<Address>(
    _ address: inout Address, _ name: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws {
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, socklen_t(MemoryLayout<Address>.size)) }
    }
    guard result == 0 else { throw Failure(call: name) }
  }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw Failure(call: "send") }
      rest = rest.dropFirst(count)
    }
  }

  /// All bytes up to the end, or until `isEnough`.
  func receive(until isEnough: ([UInt8]) -> Bool = { _ in false }) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !isEnough(bytes) {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 else { throw Failure(call: "recv") }
      if count == 0 { break }
      bytes += buffer.prefix(count)
    }
    return bytes
  }

  func close() { Foundation.close(descriptor) }

  /// One request; the whole answer, head included.
  static func get(_ path: String, port: UInt16, headers: [String]) async throws -> String {
    try await DaemonProcess.offload {
      Result {
        let socket = try DaemonSocket(port: port)
        defer { socket.close() }
        let head = ["GET \(path) HTTP/1.1"] + headers + ["Connection: close", "", ""]
        try socket.send(Array(head.joined(separator: "\r\n").utf8))
        return String(decoding: try socket.receive(), as: UTF8.self)
      }
    }.get()
  }
}
