import Synchronization

/// A bounded queue of samples between senders and one reading task.
///
/// Invariants:
/// - A reader waits only while the queue is empty and open.
/// - A sender that finds the queue full offers the sample again after its `notifyWhenRoom` action,
///   which runs outside the lock and once.
final class LiveQueue: Sendable {
  enum OfferResult {
    case accepted
    /// No room; the sample was not taken.
    case full
    /// Nobody reads any more.
    case closed
  }

  private typealias Reader = CheckedContinuation<LiveArrival?, any Error>

  private struct State {
    var samples: [LiveArrival] = []
    var isClosed = false
    var reader: (id: UInt64, continuation: Reader)?
    var nextReaderID: UInt64 = 0
    var cancelledReaderID: UInt64?
    var roomActions: [@Sendable () -> Void] = []

    mutating func takeRoomActions() -> [@Sendable () -> Void] {
      defer { roomActions = [] }
      return roomActions
    }
  }

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int) {
    precondition(capacity > 0, "a queue of \(capacity) samples")
    self.capacity = capacity
  }

  func offer(_ sample: LiveArrival) -> OfferResult {
    let (result, reader): (OfferResult, Reader?) = state.withLock { state in
      if state.isClosed { return (.closed, nil) }
      if let reader = state.reader.take() { return (.accepted, reader.continuation) }
      guard state.samples.count < capacity else { return (.full, nil) }
      state.samples.append(sample)
      return (.accepted, nil)
    }
    reader?.resume(returning: sample)
    return result
  }

  /// Takes `sample` in place of the oldest one, which is given up.
  ///
  /// - Returns: the one given up; `nil` where there is room after all or the queue is closed.
  func offerForOldest(_ sample: LiveArrival) -> (result: OfferResult, oldest: LiveArrival?) {
    state.withLock { state in
      if state.isClosed { return (.closed, nil) }
      // Full, so nobody waits for a sample.
      guard state.samples.count >= capacity else { return (.full, nil) }
      let oldest = state.samples.removeFirst()
      state.samples.append(sample)
      return (.accepted, oldest)
    }
  }

  /// At most `limit` samples that are there now, without waiting.
  func takeAvailable(_ limit: Int) -> [LiveArrival] {
    let (taken, actions) = state.withLock { state in
      let taken = Array(state.samples.prefix(limit))
      guard !taken.isEmpty else { return (taken, [@Sendable () -> Void]()) }
      state.samples.removeFirst(taken.count)
      return (taken, state.takeRoomActions())
    }
    for action in actions { action() }
    return taken
  }

  /// Runs `action` once there is room or the queue is closed; at once when that is so already.
  func notifyWhenRoom(_ action: @escaping @Sendable () -> Void) {
    let runNow = state.withLock { state in
      if state.isClosed || state.samples.count < capacity { return true }
      state.roomActions.append(action)
      return false
    }
    if runNow { action() }
  }

  /// Ends the queue; what it holds can still be read.
  func close() {
    let (reader, actions) = state.withLock { state in
      state.isClosed = true
      return (state.reader.take(), state.takeRoomActions())
    }
    reader?.continuation.resume(returning: nil)
    for action in actions { action() }
  }

  /// The next sample; `nil` at the end.
  func next() async throws -> LiveArrival? {
    try Task.checkCancellation()
    let id = state.withLock { state in
      state.nextReaderID += 1
      return state.nextReaderID
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { take(for: $0, id: id) }
    } onCancel: {
      cancel(readerID: id)
    }
  }

  private func take(for reader: Reader, id: UInt64) {
    let (result, actions): (Result<LiveArrival?, any Error>?, [@Sendable () -> Void]) =
      state.withLock { state in
        precondition(state.reader == nil, "two tasks read one live source at once")
        if state.cancelledReaderID == id { return (.failure(CancellationError()), []) }
        if !state.samples.isEmpty {
          return (.success(state.samples.removeFirst()), state.takeRoomActions())
        }
        if state.isClosed { return (.success(nil), []) }
        state.reader = (id, reader)
        return (nil, [])
      }
    if let result { reader.resume(with: result) }
    for action in actions { action() }
  }

  private func cancel(readerID: UInt64) {
    let reader = state.withLock { state in
      guard let reader = state.reader, reader.id == readerID else {
        // The cancellation came before the reader had registered.
        state.cancelledReaderID = readerID
        return nil as Reader?
      }
      state.reader = nil
      return reader.continuation
    }
    reader?.resume(throwing: CancellationError())
  }
}
