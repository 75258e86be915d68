import Glibc
import Synchronization

/// A capture that is being written: one file, for all connections of a device in turn.
///
/// Writing never holds the link up with an error: what cannot be written any more (a full disk) ends
/// the trace and not the run; `failure` says so.
package final class LinkTrace: Sendable {
  private struct State {
    var descriptor: CInt
    var buffer: [UInt8] = PacketCapture.fileHeader
    var flushedAt: UInt64 = 0
    var failure: TraceError?
  }

  /// Written at once when this much waits, or when the oldest of it is a second old.
  private static let bufferBytes = 64 * 1024
  private static let flushNanoseconds: UInt64 = 1_000_000_000

  package let path: String
  private let state: Mutex<State>

  /// Creates the file, or empties it.
  package init(path: String) throws(TraceError) {
    self.path = path
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .cannotWrite(name: path, reason: String(cString: strerror(errno)))
    }
    state = Mutex(State(descriptor: descriptor))
    flush()
    if let failure { throw failure }
  }

  deinit {
    flush()
    state.withLock { _ = close($0.descriptor) }
  }

  /// Why the file does not go on; `nil` while it does.
  package var failure: TraceError? { state.withLock(\.failure) }

  /// - Parameter stamp: nanoseconds since 1970.
  func write(_ record: TraceRecord, stamp: UInt64) {
    state.withLock { state in
      guard state.failure == nil else { return }
      state.buffer += PacketCapture.encode(.init(stamp: stamp, bytes: record.bytes))
      let isOld = stamp > state.flushedAt + Self.flushNanoseconds
      if state.buffer.count >= Self.bufferBytes || isOld { flush(&state, stamp) }
    }
  }

  package func flush() {
    state.withLock { flush(&$0, $0.flushedAt) }
  }

  private func flush(_ state: inout State, _ stamp: UInt64) {
    state.flushedAt = stamp
    var rest = state.buffer[...]
    state.buffer.removeAll(keepingCapacity: true)
    while !rest.isEmpty, state.failure == nil {
      let written = rest.withUnsafeBytes { Glibc.write(state.descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        state.failure = .cannotWrite(name: path, reason: String(cString: strerror(errno)))
      }
    }
  }

  /// Nanoseconds since 1970.
  static var wallClock: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
