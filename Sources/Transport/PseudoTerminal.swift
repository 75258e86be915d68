import Glibc
import NIOCore

/// The master side of a kernel pseudo-terminal: a serial cable without hardware.
///
/// What opens `devicePath` is at the other end of the line, as a board would be or as a daemon
/// would be. The other end may come and go; `close()` is the unplugging: it reads end of file or
/// EIO.
package final class PseudoTerminal: ByteTransport {
  package let name: String
  /// Where the other end is: `/dev/pts/3`.
  package let devicePath: String
  private let stream: ChannelTransport
  private let master: Descriptor
  /// Held open, for without any slave open the master would read as hung up.
  private let slave: Descriptor

  private init(
    devicePath: String, stream: ChannelTransport, master: Descriptor, slave: Descriptor
  ) {
    name = "pty:\(devicePath)"
    self.devicePath = devicePath
    self.stream = stream
    self.master = master
    self.slave = slave
  }

  /// A new pseudo-terminal in raw mode.
  package static func open() async throws -> PseudoTerminal {
    let (master, slave, path) = try openPair()
    let stream = try await ChannelTransport.overTerminal(master, name: "pty:\(path)")
    return PseudoTerminal(devicePath: path, stream: stream, master: master, slave: slave)
  }

  package var incoming: IncomingBytes { stream.incoming }

  /// Bits per second that the other end has set, which nothing keeps to; 0 once it is closed.
  package var baud: Int { slave.ifOpen { TerminalSettings(of: $0)?.baud } ?? 0 }

  package func write(_ bytes: [UInt8]) async throws {
    try await stream.write(bytes)
  }

  package func close() async {
    await stream.close()
    let eventLoop = stream.closed.eventLoop
    let released = master.release(on: eventLoop).and(slave.release(on: eventLoop))
    await withCheckedContinuation { continuation in
      released.whenComplete { _ in continuation.resume() }
    }
  }

  private static func openPair() throws -> (master: Descriptor, slave: Descriptor, path: String) {
    let masterNumber = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard masterNumber >= 0 else { throw failure() }
    let master = Descriptor(owning: masterNumber)
    var locked: CInt = 0
    var index: CInt = 0
    guard ioctl(masterNumber, setLock, &locked) == 0, ioctl(masterNumber, getIndex, &index) == 0
    else { throw failure() }
    let path = "/dev/pts/\(index)"
    let slaveNumber = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard slaveNumber >= 0 else { throw failure() }
    let slave = Descriptor(owning: slaveNumber)
    guard TerminalSettings(rawAt: 115_200).apply(to: slaveNumber) == 0 else { throw failure() }
    return (master, slave, path)
  }

  /// TIOCSPTLCK and TIOCGPTN: `_IOW('T', 0x31, int)` and `_IOR('T', 0x30, unsigned int)`.
  private static let setLock: UInt = 0x4004_5431
  private static let getIndex: UInt = 0x8004_5430

  private static func failure() -> TransportError {
    .cannotOpen(name: "pseudo-terminal", reason: errorText(errno))
  }
}
