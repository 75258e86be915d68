import Synchronization
import Telemetry

/// Hands the events of one run to whoever watches it.
final class RunFeed: Sendable {
  /// Where a run stands.
  struct Progress: Sendable {
    /// Positions of the plan that are done, and all of them; 0 until the device is ready.
    var position = 0
    var total = 0
    /// Times that the device went away.
    var devicesLost = 0
    var isOver = false
    /// Of the last seconds; 0 until it is known.
    var samplesPerSecond = 0.0
    /// When positions were reached, half a second or more apart.
    fileprivate var marks: [(time: ContinuousClock.Instant, position: Int)] = []

    fileprivate mutating func measure(at now: ContinuousClock.Instant) {
      if let last = marks.last, now - last.time < .milliseconds(500) { return }
      marks.append((now, position))
      marks = marks.suffix(8)
      guard let first = marks.first, now > first.time else { return }
      samplesPerSecond = Double(position - first.position) / ((now - first.time) / .seconds(1))
    }
  }

  private struct State {
    var progress = Progress()
    var watchers: [Int: AsyncStream<RunEvent>.Continuation] = [:]
    var nextWatcher = 0
  }

  /// Events kept for a watcher that lags; older ones are dropped.
  private static let backlog = 4096

  private let state = Mutex(State())

  var progress: Progress { state.withLock(\.progress) }

  /// The events from now on; the stream ends with the run.
  func subscribe() -> AsyncStream<RunEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: RunEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
    let number = state.withLock { state -> Int? in
      guard !state.progress.isOver else { return nil }
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = continuation
      return state.nextWatcher
    }
    guard let number else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.watchers.removeValue(forKey: number) }
    }
    return stream
  }

  func send(_ event: RunEvent) {
    let watchers = state.withLock { state in
      Self.advance(&state.progress, by: event)
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.yield(event) }
  }

  func finish() {
    let watchers = state.withLock { state in
      state.progress.isOver = true
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.finish() }
  }

  private static func advance(_ progress: inout Progress, by event: RunEvent) {
    switch event {
    case .opened(_, let position, let total):
      progress.position = position
      progress.total = total
    case .step(let record):
      progress.position = record.position + 1
      progress.measure(at: .now)
    case .deviceLost: progress.devicesLost += 1
    case .evaluation, .checkpoint, .deviceBack, .paused, .goingOn, .live, .note, .closed: break
    }
  }
}
