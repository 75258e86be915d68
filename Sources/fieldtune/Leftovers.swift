import Foundation
import Synchronization

/// What must be put away however the process ends: temporary folders, and processes that are devices.
enum Leftovers {
  private static let removals = Mutex<[UUID: @Sendable () -> Void]>([:])

  /// - Parameter removal: runs on any thread, at most once.
  /// - Returns: for `forget`, once its owner has put it away.
  static func register(_ removal: @escaping @Sendable () -> Void) -> UUID {
    let id = UUID()
    removals.withLock { $0[id] = removal }
    return id
  }

  static func forget(_ id: UUID) { removals.withLock { $0[id] = nil } }

  /// Ends the process and leaves nothing behind.
  static func removeAndExit(_ status: ExitStatus) -> Never {
    let removals = removals.withLock { removals in
      defer { removals = [:] }
      return Array(removals.values)
    }
    for removal in removals { removal() }
    exit(status.rawValue)
  }
}
