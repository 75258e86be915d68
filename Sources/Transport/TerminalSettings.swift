import Glibc

/// Line settings of a terminal, as the kernel's `struct termios2` (asm-generic/termbits.h), which
/// unlike `struct termios` takes any rate as a number.
///
/// The layout and the two request numbers are those of x86, ARM and RISC-V.
struct TerminalSettings {
  private var inputFlags: UInt32 = 0
  private var outputFlags: UInt32 = 0
  private var controlFlags: UInt32 = 0
  private var localFlags: UInt32 = 0
  private var lineDiscipline: UInt8 = 0
  private var controlCharacters0To4: (UInt8, UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0, 0)
  /// VTIME, tenths of a second.
  private var readTimeout: UInt8 = 0
  /// VMIN. With 0 an idle line would read as 0 bytes, which is how a vanished device looks.
  private var readMinimum: UInt8 = 1
  private var controlCharacters7To18:
    (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) =
      (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  private var inputBaud: UInt32
  private var outputBaud: UInt32

  /// TCGETS2 and TCSETS2: `_IOR('T', 0x2A, struct termios2)` and `_IOW('T', 0x2B, …)`, 44 bytes.
  private static let read: UInt = 0x802C_542A
  private static let write: UInt = 0x402C_542B
  /// BOTHER: the rate is the number in the speed fields.
  private static let numericBaud: UInt32 = 0o010000

  /// Raw, eight bits, no parity, one stop bit, no flow control and no echo; modem lines are ignored
  /// (CLOCAL), and closing does not drop DTR, which would reset boards (no HUPCL).
  init(rawAt baud: UInt32) {
    precondition(MemoryLayout<Self>.size == 44, "termios2 has 44 bytes")
    controlFlags = UInt32(CS8) | UInt32(CREAD) | UInt32(CLOCAL) | Self.numericBaud
    inputBaud = baud
    outputBaud = baud
  }

  /// The settings of the terminal `descriptor`, or `nil` with `errno` set.
  init?(of descriptor: CInt) {
    self.init(rawAt: 0)
    let result = withUnsafeMutableBytes(of: &self) { bytes in
      bytes.baseAddress.map { ioctl(descriptor, Self.read, $0) } ?? -1
    }
    if result != 0 { return nil }
  }

  /// Bits per second of the outgoing side.
  var baud: Int { Int(outputBaud) }

  /// Applies the settings at once, without waiting for unsent bytes (TCSANOW).
  ///
  /// - Returns: 0, or the error number.
  func apply(to descriptor: CInt) -> CInt {
    let result = withUnsafeBytes(of: self) { bytes in
      bytes.baseAddress.map {
        ioctl(descriptor, Self.write, UnsafeMutableRawPointer(mutating: $0))
      } ?? -1
    }
    return result == 0 ? 0 : errno
  }
}
