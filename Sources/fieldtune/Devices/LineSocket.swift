import Foundation

/// A Unix socket that takes lines and then answers in lines. Blocks; for a program that does nothing else.
final class LineSocket {
  private let descriptor: Int32
  private let path: String

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

  func send(_ line: String) throws(Failure) {
    var rest = Array((line + "\n").utf8)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else {
        throw Failure(.unavailable, code: "no-listener", "\(path): hung up: \(String(cString: strerror(errno)))")
      }
      rest = rest.dropFirst(sent)
    }
  }

  /// Says that nothing more comes, and reads all lines of the answer.
  func finish() throws(Failure) -> [String] {
    shutdown(descriptor, Int32(SHUT_WR))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw Failure(
          .inputOutput, code: "input-output", "\(path): cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
