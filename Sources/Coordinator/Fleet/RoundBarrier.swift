/// Where the boards of one run meet: each brings its training state at the end of a round, and goes on with the mean.
///
/// Invariants:
/// - A round is averaged once all boards have brought their state, and kept before any of them goes on.
/// - Nobody waits any more after `give up`: whoever comes later fails in the same way.
package actor RoundBarrier {
  /// What a board brings.
  package struct Visit: Sendable {
    package let member: Int
    /// Averages before this one.
    package let round: Int
    /// Of the member's own plan: the first one that is not in the state.
    package let position: Int
    package let state: [UInt8]
  }

  private let members: Int
  private let finish: @Sendable ([Visit]) async throws -> [UInt8]
  private var visits: [Int: Visit] = [:]
  private var waiting: [CheckedContinuation<[UInt8], any Error>] = []
  private var failure: (any Error)?

  /// - Parameter finish: averages the states, in the order of the boards, makes the mean durable and returns it.
  package init(members: Int, finish: @escaping @Sendable ([Visit]) async throws -> [UInt8]) {
    self.members = members
    self.finish = finish
  }

  /// Returns the mean of all boards' states, once every board has come.
  package func meet(_ visit: Visit) async throws -> [UInt8] {
    if let failure { throw failure }
    precondition(visits[visit.member] == nil, "board \(visit.member) meets twice in a round")
    visits[visit.member] = visit
    guard visits.count == members else {
      return try await withCheckedThrowingContinuation { waiting.append($0) }
    }
    let all = visits.values.sorted { $0.member < $1.member }
    do {
      let mean = try await finish(all)
      if let failure { throw failure }
      visits = [:]
      release(.success(mean))
      return mean
    } catch {
      giveUp(error)
      throw error
    }
  }

  /// A board will not come any more.
  package func giveUp(_ error: any Error) {
    failure = failure ?? error
    visits = [:]
    release(.failure(failure ?? error))
  }

  private func release(_ result: Result<[UInt8], any Error>) {
    let released = waiting
    waiting = []
    for continuation in released { continuation.resume(with: result) }
  }
}
