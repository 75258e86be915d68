/// Joins what several runs journal at the same moment into one transaction, so that one wait for the disk serves all
/// of them.
///
/// Invariants:
/// - An append returns once its own steps are durable, and throws what kept them from it.
/// - The steps of one run are written in the order of its appends.
actor StepJournal {
  private struct Group {
    let steps: [StepRecord]
    let done: CheckedContinuation<Void, any Error>
  }

  private var waiting: [Group] = []
  private var isWriting = false

  func append(_ steps: [StepRecord], to store: RunStore) async throws {
    try await withCheckedThrowingContinuation { done in
      waiting.append(Group(steps: steps, done: done))
      guard !isWriting else { return }
      isWriting = true
      Task { await drain(to: store) }
    }
  }

  private func drain(to store: RunStore) async {
    while !waiting.isEmpty {
      let groups = waiting
      waiting = []
      do {
        try await store.insert(groups.flatMap(\.steps))
        for group in groups { group.done.resume() }
      } catch {
        await insertEach(of: groups, to: store, together: error)
      }
    }
    isWriting = false
  }

  /// One run's trouble is not another's: each for itself.
  private func insertEach(of groups: [Group], to store: RunStore, together error: any Error) async {
    guard groups.count > 1 else {
      for group in groups { group.done.resume(throwing: error) }
      return
    }
    for group in groups {
      do {
        try await store.insert(group.steps)
        group.done.resume()
      } catch {
        group.done.resume(throwing: error)
      }
    }
  }
}
