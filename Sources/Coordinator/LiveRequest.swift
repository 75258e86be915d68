import Datasets

/// Where a run's samples come from while it is under way.
package struct LiveRequest: Hashable, Sendable, Codable {
  /// What becomes of samples that come faster than the device learns.
  package enum Overflow: String, Hashable, Sendable, Codable {
    /// Their sender waits.
    case hold
    /// The newest, or the oldest that is not in the store yet, is dropped and counted.
    case dropNewest, dropOldest
  }

  /// The socket to listen on; absolute where a daemon listens.
  package var path: String
  /// What the numbers mean, as in `--input-scale`.
  package var inputScale: String
  package var overflow: Overflow

  package init(path: String, inputScale: String, overflow: Overflow = .hold) {
    self.path = path
    self.inputScale = inputScale
    self.overflow = overflow
  }
}

extension LiveSource.FullQueue {
  init(_ overflow: LiveRequest.Overflow) {
    switch overflow {
    case .hold: self = .hold
    case .dropNewest: self = .dropNewest
    case .dropOldest: self = .dropOldest
    }
  }
}
