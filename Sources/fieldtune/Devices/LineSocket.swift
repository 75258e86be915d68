import Foundation

/// A Unix socket that takes lines and then answers in lines. Blocks; for a program that does nothing else.
final class LineSocket {
  private let descriptor: Int32
  private let path: String
  /// Of a line whose end has not come.
  private var received: [UInt8] = []

  init(connectingTo path: String) throws(Failure) {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < capacity else {
      throw Failure(.usage, code: "usage", "\(path): the path is too long: expected at most \(capacity - 1) bytes")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else {
      throw Failure(.unavailable, code: "no-listener", "\(path): nobody listens: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// - Returns: whether the other end took it; it may have hung up because it has all it wants.
  func send(_ line: String) -> Bool {
    var rest = Array((line + "\n").utf8)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { return false }
      rest = rest.dropFirst(sent)
    }
    return true
  }

  /// The lines of the answer that are there, without waiting.
  func answers() throws(Failure) -> [String] { try lines(flags: Int32(MSG_DONTWAIT)) }

  /// Says that nothing more comes, and reads all lines of the answer.
  func finish() throws(Failure) -> [String] {
    shutdown(descriptor, Int32(SHUT_WR))
    return try lines(flags: 0)
  }

  private func lines(flags: Int32) throws(Failure) -> [String] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, flags)
      if count < 0 && errno == EINTR { continue }
      if count == 0 || (count < 0 && [EAGAIN, ECONNRESET].contains(errno)) { break }
      guard count > 0 else {
        throw Failure(
          .inputOutput, code: "input-output", "\(path): cannot be read: \(String(cString: strerror(errno)))")
      }
      received += buffer[..<count]
    }
    let end = received.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    defer { received.removeFirst(end) }
    return String(decoding: received[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
