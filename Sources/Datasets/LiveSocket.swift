import Glibc

/// Binds the socket of a live source.
enum LiveSocket {
  /// A bound socket that does not listen yet: its mode is set before anybody can connect.
  static func bind(path: String) throws -> CInt {
    guard var address = sockaddr_un(path: path) else {
      throw failure(path, "a path of \(path.utf8.count) bytes; a socket's may have 107")
    }
    try removeLeftover(path: path, address: &address)
    let number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw systemFailure(path) }
    let bound = address.withPointer { Glibc.bind(number, $0, $1) }
    guard bound == 0, chmod(path, 0o660) == 0 else {
      defer { close(number) }
      throw systemFailure(path)
    }
    return number
  }

  static func failure(_ path: String, _ found: String) -> DatasetError {
    DatasetError(.unreadable, "live:\(path)", found: found, expected: "a socket to listen on")
  }

  /// Removes a socket on which nobody listens; leaves anything else alone and refuses.
  private static func removeLeftover(path: String, address: inout sockaddr_un) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw systemFailure(path)
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw failure(path, "a file that is no socket")
    }
    let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard probe >= 0 else { throw systemFailure(path) }
    defer { close(probe) }
    let connected = address.withPointer { connect(probe, $0, $1) }
    guard connected != 0, errno == ECONNREFUSED else {
      throw failure(path, "another program that listens there")
    }
    guard unlink(path) == 0 else { throw systemFailure(path) }
  }

  private static func systemFailure(_ path: String) -> DatasetError {
    failure(path, String(cString: strerror(errno)))
  }
}

extension sockaddr_un {
  /// `nil` when the path does not fit with its final zero.
  fileprivate init?(path: String) {
    self.init()
    sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: sun_path)
    guard path.utf8.count < capacity else { return nil }
    withUnsafeMutableBytes(of: &sun_path) { $0.copyBytes(from: path.utf8) }
  }

  fileprivate mutating func withPointer(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) -> CInt {
    withUnsafePointer(to: &self) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
