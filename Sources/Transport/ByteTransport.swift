/// A byte stream to one device: bytes go in and out in order, or the stream ends.
///
/// Bytes may be damaged, lost or invented on the way (a serial line promises nothing); framing and
/// checks are the business of the layers above. Every implementation does its I/O on an event loop
/// and suspends rather than blocks, so that a stuck device never holds a thread of Swift
/// concurrency.
package protocol ByteTransport: Sendable {
  /// What a person would call the other end: `/dev/ttyACM0`, `unix:/run/board.sock`, `loopback`.
  var name: String { get }

  /// The bytes that arrive. Iteration ends (`nil`) when the device is gone or the transport was
  /// closed, and throws a `TransportError` when reading failed otherwise. One task reads at a time;
  /// a later task may go on where an earlier one stopped. Unread bytes are bounded: a reader that
  /// lags holds the sender back.
  var incoming: IncomingBytes { get }

  /// Sends `bytes`, and returns when the kernel (or the peer's queue) has accepted all of them,
  /// which is the back-pressure of this direction. Calls in flight at once are sent in the order
  /// in which they were made. Cancelling the task does not take the bytes back: `close()` ends a
  /// write that a stuck device holds up.
  ///
  /// - Throws: `TransportError.closed` when the device is gone or the transport was closed.
  func write(_ bytes: [UInt8]) async throws

  /// Ends the stream in both directions, drops what was not sent yet, and never waits for a device
  /// to drain. Closing twice is allowed.
  func close() async
}

/// A transport with a line rate, that is a serial port.
package protocol SerialLine: ByteTransport {
  /// Bits per second, as the driver reports them.
  var baud: Int { get }

  /// Changes the rate at once, without waiting for queued bytes: the caller sees to it that both
  /// directions are quiet.
  ///
  /// - Throws: `TransportError.unsupportedBaud` when the driver does not take the rate, which is
  ///   then unchanged.
  func setBaud(_ baud: Int) async throws

  /// Bytes that were written and wait in the kernel. Drivers that cannot say so (a pty) report 0.
  var unsentByteCount: Int { get }
}
