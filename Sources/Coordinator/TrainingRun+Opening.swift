import ArtifactManifest
import Foundation
import Telemetry

extension TrainingRun {
  /// Adds a new run to the store.
  package static func begin(
    _ plan: TrainingPlan, artifact: Artifact, data: TrainingData, dataSource: String, store: RunStore,
    source: any DeviceSource, options: RunOptions = RunOptions(), parent: Int64? = nil, barrier: RoundBarrier? = nil,
    job: JobRecord? = nil, live: LiveRequest? = nil,
    watch: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> TrainingRun {
    precondition(plan.isLive == (live != nil), "a plan and its source of samples")
    try check(data, against: artifact.manifest, isLive: plan.isLive)
    try check(plan.optimizer, against: artifact.manifest)
    let record = try await insert(
      plan, artifact: artifact, data: data, dataSource: dataSource, store: store, device: source.name, parent: parent,
      job: job)
    return TrainingRun(
      record: record, id: record.id ?? 0, machine: RunMachine(plan: plan, durable: 0, checkpoint: nil, keepSteps: options.keepSteps),
      manifest: artifact.manifest, data: data, store: store, source: source, options: options, barrier: barrier,
      live: try await journal(live, of: record, plan, artifact.manifest, store), watch: watch)
  }

  /// Adds the row of a new run.
  static func insert(
    _ plan: TrainingPlan, artifact: Artifact, data: TrainingData, dataSource: String, store: RunStore, device: String,
    parent: Int64? = nil, job: JobRecord? = nil
  ) async throws -> RunRecord {
    let row = ArtifactRecord(
      key: artifact.manifest.key, manifest: [UInt8](try artifact.manifest.encoded()),
      model: [UInt8](try Data(contentsOf: artifact.file(artifact.manifest.files.model))))
    return try await store.insert(
      RunRecord(
        number: Int64(RunNumber.random()), state: .running, model: artifact.manifest.name, artifact: row.key,
        device: device, board: "", plan: try encoded(plan), data: data.digest, dataSource: dataSource,
        createdMilliseconds: RunStore.nowMilliseconds(), parent: parent), artifact: row, job: job)
  }

  private static func journal(
    _ live: LiveRequest?, of record: RunRecord, _ plan: TrainingPlan, _ manifest: ArtifactManifest, _ store: RunStore
  ) async throws -> LiveJournal? {
    guard let live else { return nil }
    return try await LiveJournal(live, run: record.id ?? 0, limit: plan.steps, manifest: manifest, store: store)
  }

  /// Takes up a run where the store and the device say it stands. Its plan is the one it began with.
  ///
  /// - Throws: `CoordinatorError.resumeMismatch` for other data or another artifact, `.wrongState` for a
  ///   finished run.
  package static func resume(
    _ id: Int64, artifact: Artifact, data: TrainingData, store: RunStore, source: any DeviceSource,
    options: RunOptions = RunOptions(), barrier: RoundBarrier? = nil, live: LiveRequest? = nil,
    watch: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> TrainingRun {
    let record = try await store.run(id)
    let plan = try record.decodedPlan()
    try check(data, against: artifact.manifest, isLive: plan.isLive)
    if let parent = record.parent, barrier == nil {
      throw CoordinatorError.wrongState(run: id, reason: "is one board's part of run \(parent): resume that one")
    }
    guard record.state != .finished else {
      throw CoordinatorError.wrongState(run: id, reason: "is finished: begin a new run without --resume")
    }
    let began = try JSONDecoder().decode(
      ArtifactManifest.self, from: Data(try await store.artifact(of: record).manifest))
    for (what, found, expected) in [
      ("model hash", artifact.manifest.hashes.model.text, began.hashes.model.text),
      ("plan hash", artifact.manifest.hashes.plan.text, began.hashes.plan.text),
      ("semantics hash", artifact.manifest.hashes.semantics.text, began.hashes.semantics.text),
      ("samples", live == nil ? "of files" : "live", plan.isLive ? "live" : "of files"), ("data", data.digest, record.data),
    ] where found != expected {
      throw CoordinatorError.resumeMismatch(run: id, what: what, found: found, expected: expected)
    }
    let machine = RunMachine(
      plan: plan, durable: try await store.nextPosition(of: id),
      checkpoint: try await store.newestCheckpoint(of: id)?.position, keepSteps: options.keepSteps)
    return TrainingRun(
      record: record, id: id, machine: machine, manifest: artifact.manifest, data: data, store: store,
      source: source, options: options, barrier: barrier,
      live: try await journal(live, of: record, plan, artifact.manifest, store), watch: watch)
  }

  private static func check(
    _ data: TrainingData, against manifest: ArtifactManifest, isLive: Bool
  ) throws(CoordinatorError) {
    for set in [data.training, data.evaluation] {
      guard set.inputBytes == manifest.input.bytes else {
        throw .unusableData(
          reason: "data: a sample has \(set.inputBytes) values, expected \(manifest.input.bytes) "
            + "for the model's input of shape \(manifest.input.shape)")
      }
      guard set.targetBytes == manifest.loss.targetBytes || set.count == 0 else {
        throw .unusableData(
          reason: "data: a sample has \(set.targetBytes / 2) target values, expected \(manifest.loss.targetBytes / 2) "
            + "for the loss '\(manifest.loss.kind.rawValue)'")
      }
      if let label = set.labels.first(where: { Int($0) >= manifest.output.classCount }) {
        throw .unusableData(
          reason: "data: found label \(label), expected 0…\(manifest.output.classCount - 1) "
            + "for the model's \(manifest.output.classCount) classes")
      }
    }
    guard data.training.count > 0 || isLive else { throw .unusableData(reason: "data: found no samples to train on") }
  }

  private static func check(_ optimizer: Optimizer, against manifest: ArtifactManifest) throws(CoordinatorError) {
    let velocities = manifest.segments.first { $0.kind == .velocities }?.bytes ?? 0
    guard velocities > 0 || !optimizer.needsVelocity else {
      throw .unusablePlan(
        reason: "found batch \(optimizer.batch) and momentum \(optimizer.momentum), expected batch 1 and momentum 0 "
          + "for a model without velocities: compile it with --velocity")
    }
  }

  private static func encoded(_ plan: TrainingPlan) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(plan), as: UTF8.self)
  }
}

extension RunRecord {
  package func decodedPlan() throws -> TrainingPlan {
    try JSONDecoder().decode(TrainingPlan.self, from: Data(plan.utf8))
  }
}

extension ArtifactManifest {
  /// Tells artifacts apart in the store.
  package var key: String {
    [hashes.model, hashes.plan, hashes.semantics, hashes.layout].map(\.text).joined(separator: "-")
  }
}
