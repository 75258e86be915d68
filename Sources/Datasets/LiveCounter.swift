import Synchronization

/// What became of the lines a live source received.
struct LiveCounts: Equatable {
  var accepted = 0
  var dropped = 0
  var refused = 0
}

/// The sum over all senders, which any thread may read.
final class LiveCounter: Sendable {
  private let counts = Mutex(LiveCounts())

  var total: LiveCounts { counts.withLock { $0 } }

  func update(_ change: (inout LiveCounts) -> Void) {
    counts.withLock { change(&$0) }
  }
}
