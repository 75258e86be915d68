import Dispatch
import Glibc
import NIOCore
import Synchronization

/// Owns one file descriptor of a terminal beside the event loop's duplicates, for control calls and
/// to be the last one closed.
///
/// The kernel may block up to 30 s in the last `close` of a terminal; so that close happens on a
/// thread of its own, after dropping what was not sent, and never on an event loop.
final class Descriptor: Sendable {
  private let number: Mutex<CInt?>

  init(owning number: CInt) {
    precondition(number >= 0, "descriptor \(number)")
    self.number = Mutex(number)
  }

  deinit {
    number.withLock { if let number = $0 { closeDescriptor(number) } }
  }

  /// Runs `body` with the descriptor, or throws when it was released.
  func use<Result: Sendable>(name: String, _ body: (CInt) throws -> Result) throws -> Result {
    try number.withLock { number in
      guard let number else { throw TransportError.closed(name: name) }
      return try body(number)
    }
  }

  /// What `body` makes of the descriptor; `nil` when it was released.
  func ifOpen<Result: Sendable>(_ body: (CInt) -> Result?) -> Result? {
    number.withLock { $0.flatMap(body) }
  }

  /// Two duplicates for an event loop, which will own them.
  func duplicates(name: String) throws -> (input: CInt, output: CInt) {
    try use(name: name) { number in
      let input = fcntl(number, F_DUPFD_CLOEXEC, 0)
      guard input >= 0 else {
        throw TransportError.cannotOpen(name: name, reason: errorText(errno))
      }
      let output = fcntl(number, F_DUPFD_CLOEXEC, 0)
      guard output >= 0 else {
        defer { closeDescriptor(input) }
        throw TransportError.cannotOpen(name: name, reason: errorText(errno))
      }
      return (input, output)
    }
  }

  /// Drops unsent bytes and closes, on a background thread; once, whoever asks first.
  func release(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
    guard let number = number.withLock({ $0.take() }) else {
      return eventLoop.makeSucceededVoidFuture()
    }
    return DispatchQueue.global().asyncWithFuture(eventLoop: eventLoop) {
      // Both fail on a terminal that is gone already, which is as good.
      _ = ioctl(number, UInt(TIOCNXCL))
      _ = tcflush(number, TCOFLUSH)
      closeDescriptor(number)
    }
  }
}

/// Closes; on Linux the descriptor is free afterwards whatever `close` returns.
func closeDescriptor(_ number: CInt) {
  _ = close(number)
}

/// The system's words for an error number: "No such file or directory".
func errorText(_ code: CInt) -> String {
  String(cString: strerror(code))
}
