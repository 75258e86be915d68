import ArtifactManifest
import Foundation
import Telemetry

extension FleetRun {
  /// Sums up what the boards did, and writes it down.
  func close() async throws -> TrainResult {
    let rows = try await store.parts(of: id)
    let isFinished = rows.allSatisfy { $0.state == .finished }
    try await saveEvaluations(of: rows)
    let steps = try await Self.steps(of: rows, in: store)
    var units: [String] = []
    for part in parts { if let unit = await part.info?.counterUnit.name { units.append(unit) } }
    record.state = isFinished ? .finished : .stopped
    record.board = rows.map(\.board).joined(separator: ",")
    record.message = isFinished ? "" : "stopped by the user after \(steps.count) of \(plan.steps) steps"
    let result = try await TrainResult(of: record, id, steps: steps, unit: units.first ?? "", manifest, in: store)
    record.result = try result.text()
    record = try await store.update(record)
    watch(.closed(run: record))
    return result
  }

  private func saveEvaluations(of rows: [RunRecord]) async throws {
    for moment in [EvaluationRecord.Moment.before, .after] {
      var steps: [StepRecord] = []
      for row in rows {
        let plan = try row.decodedPlan()
        let range = moment == .before ? plan.evaluationBefore : plan.evaluationAfter
        steps += try await store.steps(of: row.id ?? 0, from: range.lowerBound, limit: range.count)
      }
      guard steps.count == plan.evaluationSamples, !steps.isEmpty else { continue }
      let evaluation = EvaluationRecord(run: id, moment: moment, steps: steps, manifest.loss)
      try await store.save(evaluation)
      watch(.evaluation(record: evaluation))
    }
  }

  /// The training steps of all boards as far as they came, in the order in which they were dealt out.
  package static func steps(of rows: [RunRecord], in store: RunStore) async throws -> [StepRecord] {
    var all: [StepRecord] = []
    for row in rows {
      let part = try row.decodedPlan()
      all += try await store.steps(of: row.id ?? 0, from: part.training.lowerBound, limit: part.training.count).map {
        var step = $0
        step.position = part.wholePosition($0.position)
        return step
      }
    }
    return all.sorted { $0.position < $1.position }
  }

  /// What a part tells, told of the whole run.
  static func partWatch(
    of run: Int64, _ part: TrainingPlan, _ watch: @escaping @Sendable (RunEvent) -> Void
  ) -> @Sendable (RunEvent) -> Void {
    let name = part.share.map { "board \($0.member + 1) of \($0.members)" } ?? ""
    return { event in
      switch event {
      case .opened(let opened, let position, let total):
        watch(.note(text: "\(name): \(opened.board) on \(opened.device), at \(position) of \(total)"))
      case .step(var record):
        record.run = run
        record.position = part.wholePosition(record.position)
        watch(.step(record: record))
      case .checkpoint(let position, let digest):
        guard part.share?.member == 0, part.isRoundEnd(position) else { return }
        watch(.checkpoint(position: part.wholePosition(position - 1) + 1, digest: digest))
      case .deviceLost(let reason): watch(.deviceLost(reason: "\(name): \(reason)"))
      case .deviceBack(let position, let restored): watch(.deviceBack(position: part.wholePosition(position), restored: restored))
      case .note(let text): watch(.note(text: "\(name): \(text)"))
      case .evaluation, .paused, .goingOn, .live, .closed: break
      }
    }
  }
}
