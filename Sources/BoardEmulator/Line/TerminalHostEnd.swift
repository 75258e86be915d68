import Glibc

/// The line's host end as a pseudo terminal, whose rate is that of the terminal's settings.
package final class TerminalHostEnd: HostEnd {
  private var master: CInt = -1
  /// Kept open, so that a client may come and go without the master reading EIO.
  private var terminal: CInt = -1
  package private(set) var name = ""
  private let link: String?

  /// - Parameter link: a symbolic link to the terminal, made anew at every plugging in.
  package init(link: String?) throws(Finding) {
    self.link = link
    try plug()
  }

  deinit { unplug() }

  package var descriptor: CInt { master }
  package var baud: Int? { Self.settings(of: terminal)?.baud }

  package func plug() throws(Finding) {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    var locked: CInt = 0
    var index: CInt = 0
    guard master >= 0, ioctl(master, Self.setLock, &locked) == 0, ioctl(master, Self.getIndex, &index) == 0 else {
      throw HostDescriptor.failure("/dev/ptmx: cannot open a pseudo terminal")
    }
    name = "/dev/pts/\(index)"
    terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    var raw = termios()
    guard terminal >= 0, tcgetattr(terminal, &raw) == 0 else { throw HostDescriptor.failure("\(name): cannot be opened") }
    cfmakeraw(&raw)
    guard tcsetattr(terminal, TCSANOW, &raw) == 0 else { throw HostDescriptor.failure("\(name): cannot be made raw") }
    guard let link else { return }
    unlink(link)
    guard symlink(name, link) == 0 else { throw HostDescriptor.failure("\(link): cannot be made a link to \(name)") }
  }

  package func unplug() {
    if let link { unlink(link) }
    if terminal >= 0 { close(terminal) }
    if master >= 0 { close(master) }
    terminal = -1
    master = -1
  }

  package func read() -> [UInt8] { master < 0 ? [] : HostDescriptor.read(master) ?? [] }

  package func write(_ bytes: [UInt8]) {
    guard master >= 0, !bytes.isEmpty else { return }
    _ = bytes.withUnsafeBytes { Glibc.write(master, $0.baseAddress, $0.count) }
  }

  /// TIOCSPTLCK and TIOCGPTN: `_IOW('T', 0x31, int)` and `_IOR('T', 0x30, unsigned int)`.
  private static let setLock: UInt = 0x4004_5431
  private static let getIndex: UInt = 0x8004_5430

  /// The kernel's `struct termios2` (asm-generic/termbits.h), which knows rates as numbers.
  private struct Settings {
    var flags: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    /// Line discipline, and 19 control characters.
    var characters: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
    var inputBaud: UInt32 = 0
    var outputBaud: UInt32 = 0

    var baud: Int { Int(outputBaud) }
  }

  /// TCGETS2: `_IOR('T', 0x2A, struct termios2)`, 44 bytes.
  private static let request: UInt = 0x802C_542A

  private static func settings(of terminal: CInt) -> Settings? {
    var settings = Settings()
    return withUnsafeMutablePointer(to: &settings) { ioctl(terminal, request, $0) } == 0 ? settings : nil
  }
}
