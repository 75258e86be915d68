import Synchronization

/// A bounded queue of bytes between a producer and one reading task.
///
/// Invariants:
/// - A reader waits only while the buffer is empty and the queue is open.
/// - A producer that was told `.full` stops until its `notifyWhenDrained` action runs. So the
///   buffer
///   holds less than `limit` bytes plus one push for each producer.
/// - Continuations and actions run outside the lock, each exactly once.
final class ByteQueue: Sendable {
  /// What a producer does after a push.
  enum PushResult {
    /// There is room for more.
    case roomLeft
    /// The bytes are queued, but the reader lags: wait for `notifyWhenDrained`.
    case full
    /// The queue has ended; the bytes were dropped.
    case ended
  }

  fileprivate enum End {
    /// Bytes may still come.
    case open
    /// No more bytes; the reader gets `nil` after those queued.
    case finished
    /// No more bytes; the reader gets the error once after those queued, then `nil`.
    case failed(TransportError)
  }

  fileprivate struct Reader {
    let id: UInt64
    let continuation: CheckedContinuation<[UInt8]?, any Error>
  }

  fileprivate struct State {
    var buffer: [UInt8] = []
    var end = End.open
    var reader: Reader?
    var nextReaderID: UInt64 = 0
    var cancelledReaderID: UInt64?
    var drainActions: [@Sendable () -> Void] = []
  }

  private let limit: Int
  private let state = Mutex(State())

  /// - Parameter limit: bytes from which on producers are told to wait.
  init(limit: Int) {
    precondition(limit > 0, "a queue of \(limit) bytes")
    self.limit = limit
  }

  func push(_ bytes: [UInt8]) -> PushResult {
    let (result, reader): (PushResult, Reader?) = state.withLock { state in
      guard case .open = state.end else { return (.ended, nil) }
      guard !bytes.isEmpty else { return (state.buffer.count < limit ? .roomLeft : .full, nil) }
      if let reader = state.reader {
        state.reader = nil
        return (.roomLeft, reader)
      }
      state.buffer += bytes
      return (state.buffer.count < limit ? .roomLeft : .full, nil)
    }
    reader?.continuation.resume(returning: bytes)
    return result
  }

  /// Runs `action` once when the reader has taken what was queued or the queue has ended; at once
  /// when that is so already.
  func notifyWhenDrained(_ action: @escaping @Sendable () -> Void) {
    let runNow = state.withLock { state in
      if case .open = state.end, state.buffer.count >= limit {
        state.drainActions.append(action)
        return false
      }
      return true
    }
    if runNow { action() }
  }

  /// Ends the queue after the bytes already in it. Only the first call counts.
  func finish(throwing error: TransportError? = nil) {
    let (reader, actions): (Reader?, [@Sendable () -> Void]) = state.withLock { state in
      guard case .open = state.end else { return (nil, []) }
      let reader = state.reader.take()
      // A waiting reader takes the error with it.
      state.end = if let error, reader == nil { .failed(error) } else { .finished }
      return (reader, state.takeDrainActions())
    }
    if let error {
      reader?.continuation.resume(throwing: error)
    } else {
      reader?.continuation.resume(returning: nil)
    }
    for action in actions { action() }
  }

  /// All queued bytes, or the next to come; `nil` at the end.
  func next() async throws -> [UInt8]? {
    try Task.checkCancellation()
    let id = state.withLock { state in
      state.nextReaderID += 1
      return state.nextReaderID
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        take(for: Reader(id: id, continuation: continuation))
      }
    } onCancel: {
      cancel(readerID: id)
    }
  }

  private func take(for reader: Reader) {
    let (result, actions) = state.withLock { state in
      let result = state.take(for: reader)
      return (result, result == nil ? [] : state.takeDrainActions())
    }
    if let result { reader.continuation.resume(with: result) }
    for action in actions { action() }
  }

  private func cancel(readerID: UInt64) {
    let reader: Reader? = state.withLock { state in
      guard let reader = state.reader, reader.id == readerID else {
        // The cancellation came before the reader had registered.
        state.cancelledReaderID = readerID
        return nil
      }
      return state.reader.take()
    }
    reader?.continuation.resume(throwing: CancellationError())
  }
}

extension ByteQueue.State {
  /// What `reader` gets now, or `nil` when it was stored to wait.
  fileprivate mutating func take(
    for reader: ByteQueue.Reader
  ) -> Result<[UInt8]?, any Error>? {
    precondition(self.reader == nil, "two tasks read one transport at once")
    if cancelledReaderID == reader.id { return .failure(CancellationError()) }
    if !buffer.isEmpty {
      defer { buffer = [] }
      return .success(buffer)
    }
    switch end {
    case .open:
      self.reader = reader
      return nil
    case .finished:
      return .success(nil)
    case .failed(let error):
      end = .finished
      return .failure(error)
    }
  }

  fileprivate mutating func takeDrainActions() -> [@Sendable () -> Void] {
    defer { drainActions = [] }
    return drainActions
  }
}
