import Glibc

/// A Unix socket that serves one client at a time; a further one waits until the first has gone.
final class UnixSocketListener {
  let path: String
  private var listener: CInt = -1
  private(set) var connection: CInt = -1

  init(path: String) throws(Finding) {
    self.path = path
    try open()
  }

  deinit { close() }

  func open() throws(Finding) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw Finding(.broken, "\(path): found \(bytes.count) bytes: expected a path of at most 107 for a socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    Glibc.unlink(path)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard listener >= 0, isBound == 0, listen(listener, 1) == 0 else { throw HostDescriptor.failure("\(path): cannot listen") }
  }

  func close() {
    drop()
    if listener >= 0 {
      Glibc.close(listener)
      Glibc.unlink(path)
    }
    listener = -1
  }

  func drop() {
    if connection >= 0 { Glibc.close(connection) }
    connection = -1
  }

  /// To wait for: the client's, or who might become one.
  var descriptor: CInt { connection >= 0 ? connection : listener }

  func read() -> [UInt8] {
    if connection < 0 && listener >= 0 {
      connection = accept(listener, nil, nil)
      if connection >= 0 { _ = fcntl(connection, F_SETFL, O_NONBLOCK) }
    }
    guard connection >= 0 else { return [] }
    guard let bytes = HostDescriptor.read(connection) else {
      drop()
      return []
    }
    return bytes
  }

  /// How many bytes the client took.
  func write(_ bytes: ArraySlice<UInt8>) -> Int {
    guard connection >= 0 else { return bytes.count }
    let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
    if count >= 0 { return count }
    if HostDescriptor.isOnlyLater { return 0 }
    drop()
    return bytes.count
  }
}

/// The line's host end as a Unix socket, which has no rate.
package final class SocketHostEnd: HostEnd {
  package let baud: Int?
  private let socket: UnixSocketListener
  private var backlog: [UInt8] = []
  /// As much as a kernel's serial driver would hold.
  private static let backlogLimit = 1 << 16

  package init(path: String, baud: Int?) throws(Finding) {
    self.baud = baud
    socket = try UnixSocketListener(path: path)
  }

  package var descriptor: CInt { socket.descriptor }
  package func read() -> [UInt8] { socket.read() }

  package func write(_ bytes: [UInt8]) {
    if bytes.isEmpty && backlog.isEmpty { return }
    backlog += bytes
    backlog.removeFirst(socket.write(backlog[...]))
    if backlog.count > Self.backlogLimit { backlog.removeFirst(backlog.count - Self.backlogLimit) }
  }

  package func unplug() {
    socket.close()
    backlog = []
  }

  package func plug() throws(Finding) { try socket.open() }
}
