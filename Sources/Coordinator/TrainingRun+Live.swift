import Telemetry

extension TrainingRun {
  /// Begins to listen for samples.
  func openLive() async throws {
    guard let live else { return }
    supply(await live.supplied)
    let taken = max(0, machine.durable - machine.plan.training.lowerBound)
    try await live.open(taken: taken) { [weak self] counts in await self?.take(counts) }
  }

  /// Until the next sample is in the store, or something is wished for.
  func awaitSample() async throws {
    guard let live else { preconditionFailure("position \(machine.sent) waits for a sample of no live run") }
    while machine.isAwaitingSample {
      try await live.verify()
      if machine.isAwaitingSample { await doze() }
    }
  }

  private func take(_ counts: LiveCountsRecord) {
    supply(counts.accepted)
    watch(.live(counts: counts))
    awake()
  }

  private func supply(_ count: Int) {
    let first = machine.plan.training.lowerBound
    machine.supply(before: count >= machine.plan.steps ? machine.plan.count : first + count)
  }
}
