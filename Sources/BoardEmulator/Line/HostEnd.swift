import Glibc

/// Where the host reads and writes the line: a Unix socket or a pseudo terminal. Nothing here blocks.
package protocol HostEnd: AnyObject {
  /// The host's rate in bits per second; nil: whatever the board uses.
  var baud: Int? { get }
  /// To wait for input with poll(2); negative: none.
  var descriptor: CInt { get }
  func read() -> [UInt8]
  /// What the host does not take in time is lost, as on a port nobody reads.
  func write(_ bytes: [UInt8])
  /// Pulls the cable, and puts it back.
  func unplug()
  func plug() throws(Finding)
}

/// What both ends do with a descriptor.
enum HostDescriptor {
  /// nil: the other side is gone.
  static func read(_ descriptor: CInt) -> [UInt8]? {
    var isOpen = true
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      filled = max(0, count)
      isOpen = count > 0 || count < 0 && isOnlyLater
    }
    return isOpen ? bytes : nil
  }

  static var isOnlyLater: Bool { errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR }

  static func failure(_ what: String) -> Finding {
    Finding(.broken, "\(what): \(String(cString: strerror(errno)))")
  }
}
