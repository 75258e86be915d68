import ArtifactManifest
import Foundation
import Telemetry

/// One run on several boards: samples are dealt out to them, and their weights are averaged between rounds.
///
/// Each board carries out a `TrainingRun` of its own over its share of the plan, with its own journal and checkpoints, so
/// that whatever happens to one board is healed as on a board that is alone. The boards meet at the end of each round;
/// the mean is stored as the checkpoint of all of them in one transaction. What the run comes to is a function of the plan,
/// the data and the number of boards, whatever their speeds and faults.
///
/// Invariant: every part's newest checkpoint at the end of a round is the mean of that round.
package actor FleetRun {
  let id: Int64
  var record: RunRecord
  /// The parts that are not finished.
  let parts: [TrainingRun]
  private let barrier: RoundBarrier
  let store: RunStore
  let plan: TrainingPlan
  let watch: @Sendable (RunEvent) -> Void
  let manifest: ArtifactManifest
  private var stopRequested = false
  /// Why the run cannot go on: what happened to the first board that could not.
  private var failure: (any Error)?

  private init(
    record: RunRecord, id: Int64, parts: [TrainingRun], barrier: RoundBarrier, store: RunStore, plan: TrainingPlan,
    manifest: ArtifactManifest, watch: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.record = record
    self.manifest = manifest
    self.id = id
    self.parts = parts
    self.barrier = barrier
    self.store = store
    self.plan = plan
    self.watch = watch
  }
}

extension FleetRun {
  /// Adds a new run on as many boards as there are sources.
  ///
  /// - Parameters:
  ///   - plan: of the whole run; its steps are rounded up to a multiple of the boards.
  ///   - roundSteps: steps of each board from one average to the next.
  package static func begin(
    _ plan: TrainingPlan, roundSteps: Int, artifact: Artifact, data: TrainingData, dataSource: String, store: RunStore,
    sources: [any DeviceSource], options: RunOptions = RunOptions(), watch: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> FleetRun {
    let count = sources.count
    let whole = plan.shared(among: count)
    let record = try await TrainingRun.insert(
      whole, artifact: artifact, data: data, dataSource: dataSource, store: store,
      device: sources.map(\.name).joined(separator: ","))
    let id = record.id ?? 0
    let barrier = Self.barrier(of: id, members: count, manifest: artifact.manifest, store: store)
    var parts: [TrainingRun] = []
    for (member, source) in sources.enumerated() {
      let share = whole.dealt(to: member, of: count, roundSteps: roundSteps)
      parts.append(
        try await TrainingRun.begin(
          share, artifact: artifact, data: data,
          dataSource: dataSource, store: store, source: source, options: options, parent: id, barrier: barrier,
          watch: partWatch(of: id, share, watch)))
    }
    return FleetRun(record: record, id: id, parts: parts, barrier: barrier, store: store, plan: whole,
      manifest: artifact.manifest, watch: watch)
  }

  /// Takes up a run on several boards, each of which goes on where it stands.
  ///
  /// - Parameter sources: the boards in the order in which the run began.
  package static func resume(
    _ id: Int64, artifact: Artifact, data: TrainingData, store: RunStore, sources: [any DeviceSource],
    options: RunOptions = RunOptions(), watch: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> FleetRun {
    let record = try await store.run(id)
    let rows = try await store.parts(of: id)
    guard rows.count == sources.count else {
      throw CoordinatorError.resumeMismatch(
        run: id, what: "boards", found: "\(sources.count)", expected: "\(max(1, rows.count))")
    }
    let whole = try record.decodedPlan()
    let barrier = Self.barrier(of: id, members: rows.count, manifest: artifact.manifest, store: store)
    var parts: [TrainingRun] = []
    for (row, source) in zip(rows, sources) {
      // Only after the last average can a part be finished: nobody waits for it at the barrier.
      if row.state == .finished { continue }
      guard let part = row.id, try row.decodedPlan().share != nil else {
        throw CoordinatorError.wrongState(run: id, reason: "its parts are damaged in the store: begin a new run")
      }
      parts.append(
        try await TrainingRun.resume(
          part, artifact: artifact, data: data, store: store, source: source, options: options, barrier: barrier,
          watch: partWatch(of: id, try row.decodedPlan(), watch)))
    }
    return FleetRun(record: record, id: id, parts: parts, barrier: barrier, store: store, plan: whole,
      manifest: artifact.manifest, watch: watch)
  }

  private static func barrier(
    of run: Int64, members: Int, manifest: ArtifactManifest, store: RunStore
  ) -> RoundBarrier {
    RoundBarrier(members: members) { visits in
      guard visits.allSatisfy({ $0.round == visits[0].round }) else {
        throw CoordinatorError.wrongState(
          run: run, reason: "its boards stand at the ends of different rounds, so their checkpoints are not of one run: begin a new run")
      }
      let mean = StateAverage(manifest.segments).mean(of: visits.map(\.state))
      let digest = HexDigest(Digest64(mean).value).text
      let parts = try await store.parts(of: run)
      let rows = zip(parts.compactMap(\.id) + [run], visits.map(\.position) + [visits[0].position])
      try await store.save(
        rows.map {
          CheckpointRecord(
            run: $0, position: $1, digest: digest, segments: mean, createdMilliseconds: RunStore.nowMilliseconds())
        })
      return mean
    }
  }
}

extension FleetRun {
  /// Its id in the store.
  package nonisolated var runID: Int64 { id }

  /// Whether a board has taken it up, now or before: there is something to resume.
  package var hasBegun: Bool {
    get async {
      for part in parts where await part.hasBegun { return true }
      return false
    }
  }

  /// Ends the run after the samples already sent, with a checkpoint of each board.
  package func stop() async {
    stopRequested = true
    for part in parts { await part.stop() }
    await barrier.giveUp(CoordinatorError.interrupted(run: id, device: record.device))
  }

  /// Trains until the plan is done or the run is stopped. When one board cannot go on, all stop.
  ///
  /// - Throws: what stopped the first of them; the run can be resumed.
  package func run() async throws -> TrainResult {
    watch(.opened(run: record, position: 0, total: plan.count))
    await withTaskGroup { group in
      for part in parts { group.addTask { await self.carryOut(part) } }
    }
    if let failure {
      record.state = .stopped
      record.message = "\(failure)"
      record = try await store.update(record)
      watch(.closed(run: record))
      throw failure
    }
    return try await close()
  }

  private func carryOut(_ part: TrainingRun) async {
    do {
      _ = try await part.run()
    } catch {
      // A stop interrupts those that wait for others; whatever else happens is worth telling.
      if stopRequested, case CoordinatorError.interrupted = error { return }
      failure = failure ?? error
      await stop()
    }
  }
}
