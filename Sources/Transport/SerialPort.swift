import Dispatch
import Glibc
import NIOCore
import NIOPosix

/// A serial port of this machine: `/dev/ttyACM0`, a name under `/dev/serial/by-id`, a pty's slave.
///
/// The port is opened for this process alone and set to raw 8N1; what the kernel had queued before
/// is dropped. It is closed at the first sign that the device is gone, so that the kernel may give
/// the same name to the device when it returns.
package final class SerialPort: SerialLine {
  package let name: String
  private let stream: ChannelTransport
  private let control: Descriptor
  private let released: EventLoopFuture<Void>

  private init(name: String, stream: ChannelTransport, control: Descriptor) {
    self.name = name
    self.stream = stream
    self.control = control
    let closed = stream.closed
    released = closed.flatMap { control.release(on: closed.eventLoop) }
  }

  /// Opens the port at `path` with `baud` bits per second.
  ///
  /// - Throws: `TransportError`: `.inUse`, `.notASerialPort`, `.unsupportedBaud` or `.cannotOpen`.
  package static func open(path: String, baud: Int) async throws -> SerialPort {
    // Opening a USB port waits for transfers to the device: not on a thread of Swift concurrency.
    let control = try await offload { try openTerminal(path: path, baud: baud) }
    let stream = try await ChannelTransport.overTerminal(control, name: path)
    return SerialPort(name: path, stream: stream, control: control)
  }

  package var incoming: IncomingBytes { stream.incoming }

  package func write(_ bytes: [UInt8]) async throws {
    try await stream.write(bytes)
  }

  package func close() async {
    await stream.close()
    await withCheckedContinuation { continuation in
      released.whenComplete { _ in continuation.resume() }
    }
  }
}

extension SerialPort {
  /// 0 once the port is closed.
  package var baud: Int {
    control.ifOpen { TerminalSettings(of: $0)?.baud } ?? 0
  }

  package func setBaud(_ baud: Int) async throws {
    try await Self.offload { [control, name] in
      try control.use(name: name) { try Self.configure($0, name: name, baud: baud) }
    }
  }

  /// 0 once the port is closed.
  package var unsentByteCount: Int {
    control.ifOpen { number in
      var count: CInt = 0
      return ioctl(number, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : nil
    } ?? 0
  }

  private static func openTerminal(path: String, baud: Int) throws -> Descriptor {
    let number = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard number >= 0 else { throw TransportError(openingFailedWith: errno, name: path) }
    let descriptor = Descriptor(owning: number)
    guard isatty(number) == 1 else { throw TransportError.notASerialPort(name: path) }
    // The lock stops a second daemon even where both are root, whom TIOCEXCL does not stop;
    // TIOCEXCL stops programs that do not ask for a lock.
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      throw TransportError(openingFailedWith: errno, name: path)
    }
    guard ioctl(number, UInt(TIOCEXCL)) == 0 else {
      throw TransportError(openingFailedWith: errno, name: path)
    }
    try configure(number, name: path, baud: baud)
    // What came before raw mode may have been echoed or altered.
    guard tcflush(number, TCIOFLUSH) == 0 else {
      throw TransportError(openingFailedWith: errno, name: path)
    }
    return descriptor
  }

  /// Sets raw mode at `baud`; on refusal the former settings stay.
  private static func configure(_ number: CInt, name: String, baud: Int) throws {
    guard let former = TerminalSettings(of: number), let rate = UInt32(exactly: baud), rate > 0
    else { throw TransportError.unsupportedBaud(name: name, requested: baud, actual: nil) }
    let result = TerminalSettings(rawAt: rate).apply(to: number)
    let actual = TerminalSettings(of: number)?.baud
    // A UART tolerates about 2 % of difference over the ten bits of a byte.
    if result == 0, let actual, abs(actual - baud) * 50 <= baud { return }
    _ = former.apply(to: number)
    throw TransportError.unsupportedBaud(
      name: name, requested: baud, actual: result == 0 ? actual : nil)
  }

  private static func offload<Result: Sendable>(
    _ work: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Swift.Result { try work() })
      }
    }
  }
}

extension TransportError {
  fileprivate init(openingFailedWith code: CInt, name: String) {
    switch code {
    case EBUSY, EWOULDBLOCK:
      self = .inUse(name: name)
    case EACCES, EPERM:
      self = .cannotOpen(
        name: name,
        reason: "permission denied: install the udev rule 60-fieldtune.rules or join the group "
          + "that owns the port")
    case ENOENT, ENXIO, ENODEV:
      self = .cannotOpen(name: name, reason: "no such device: is the board plugged in?")
    default:
      self = .cannotOpen(name: name, reason: errorText(code))
    }
  }
}
