import Foundation

/// The master of a kernel pseudo terminal; closing it is the unplugging, which the other end reads as the end.
struct PlainTerminal {
  let master: CInt
  private let name: String

  init() throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    var locked: CInt = 0
    var index: CInt = 0
    guard master >= 0, ioctl(master, Self.setLock, &locked) == 0, ioctl(master, Self.getIndex, &index) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
    name = "/dev/pts/\(index)"
  }

  /// TIOCSPTLCK and TIOCGPTN: `_IOW('T', 0x31, int)` and `_IOR('T', 0x30, unsigned int)`.
  private static let setLock: UInt = 0x4004_5431
  private static let getIndex: UInt = 0x8004_5430

  func link(at place: URL) throws {
    unlink(place.path)
    guard symlink(name, place.path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }

  func close(unlinking place: URL) {
    unlink(place.path)
    Foundation.close(master)
  }

  /// What the other end has written; nothing while nobody has it open.
  func read(upTo count: Int) -> [UInt8] {
    count == 0 ? [] : [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, Foundation.read(master, buffer.baseAddress, count))
    }
  }
}
