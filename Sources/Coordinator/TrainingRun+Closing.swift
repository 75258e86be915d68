import ArtifactManifest
import Foundation
import Telemetry
import WireProtocol

extension TrainingRun {
  /// Sums up the evaluations that became complete when `journalled` reached the store.
  func saveEvaluations(crossing journalled: Range<Int>) async throws {
    for (moment, range) in [
      (EvaluationRecord.Moment.before, machine.plan.evaluationBefore), (.after, machine.plan.evaluationAfter),
    ] where !range.isEmpty && journalled.contains(range.upperBound - 1) {
      let steps = try await store.steps(of: id, from: range.lowerBound, limit: range.count)
      let evaluation = EvaluationRecord(run: id, moment: moment, steps: steps, manifest.loss)
      try await store.save(evaluation)
      try await tell(.evaluation(record: evaluation))
    }
  }

  /// Writes the result and closes the connection.
  func close(digest: UInt64) async throws -> TrainResult {
    await connection?.close()
    let steps = try await store.steps(
      of: id, from: machine.plan.training.lowerBound, limit: machine.plan.training.count)
    record.state = machine.isStopped ? .stopped : .finished
    record.message = machine.isStopped ? "stopped by the user before position \(machine.received)" : ""
    let result = try await TrainResult(
      of: record, id, steps: steps, digest: HexDigest(digest).text, unit: info?.counterUnit.name ?? "", manifest, in: store)
    record.result = try result.text()
    record = try await store.update(record)
    await tellTheEnd()
    return result
  }

  /// The first error is the one to tell of; one that comes of noting it is only passed on as a note.
  func noteStop(because error: any Error) async {
    if case CoordinatorError.suspended = error {
      // In the store it goes on: the next coordinator takes it up.
    } else {
      record.state = .stopped
      record.message = "\(error)"
    }
    do {
      record = try await store.update(record)
    } catch {
      watch(.note(text: "the end of the run could not be noted: \(error)"))
    }
    await tellTheEnd()
  }

  /// The run is over whatever becomes of its log: a full disk must not make a finished run a stopped one.
  private func tellTheEnd() async {
    do {
      try await tell(.closed(run: record))
    } catch {
      watch(.note(text: "the end of the run is not in its log: \(error)"))
      watch(.closed(run: record))
    }
  }
}

extension EvaluationRecord {
  /// The sum of a pass over the evaluation data, which has taken `steps`.
  init(run: Int64, moment: Moment, steps: [StepRecord], _ loss: ArtifactManifest.Loss) {
    self.init(
      run: run, moment: moment, sampleCount: steps.count,
      correctCount: loss.isClassification ? steps.count { $0.isCorrect == true } : -1,
      loss: steps.map(\.loss).reduce(0, +) / Double(steps.count))
  }
}

extension TrainResult {
  /// What a run on one board or on several came to, as `record` says it ended.
  ///
  /// - Parameters:
  ///   - steps: the training steps, in order.
  ///   - digest: of the training state; that of the newest checkpoint when nil.
  ///   - unit: what the steps' ticks count.
  init(
    of record: RunRecord, _ id: Int64, steps: [StepRecord], digest: String? = nil, unit: String,
    _ manifest: ArtifactManifest, in store: RunStore
  ) async throws {
    let evaluations = try await store.evaluations(of: id)
    let checkpoint = try await store.newestCheckpoint(of: id)
    let before = evaluations.first { $0.moment == .before }
    let after = evaluations.first { $0.moment == .after }
    self.init(
      run: id, steps: steps.count, loss: steps.map(\.loss),
      accuracy: .init(before: before?.accuracy, after: after?.accuracy),
      evaluationLoss: .init(before: before?.loss, after: after?.loss), digest: digest ?? checkpoint?.digest ?? "",
      cost: Cost(unit: unit, mean: steps), device: record.device, board: record.board, state: record.state.rawValue,
      saturated: steps.map(\.saturated).reduce(0, +), unchanged: steps.map(\.unchanged).reduce(0, +),
      layers: checkpoint.map { LayerUpdates.all(of: $0, manifest) } ?? [])
  }

  /// As the store keeps it.
  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension TrainResult.Cost {
  init(unit: String, mean steps: [StepRecord]) {
    func mean(_ ticks: (StepRecord) -> Int) -> Double {
      steps.isEmpty ? 0 : Double(steps.map(ticks).reduce(0, +)) / Double(steps.count)
    }
    self.init(
      unit: unit, forward: mean(\.forwardTicks), backward: mean(\.backwardTicks), update: mean(\.updateTicks),
      wait: mean(\.waitTicks))
  }
}
