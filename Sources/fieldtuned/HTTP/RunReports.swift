import ArtifactManifest
import Coordinator
import Foundation
import Telemetry

/// What the page is told of runs.
struct RunReports: Sendable {
  struct Summary: Encodable, Sendable {
    let id: Int64
    let model: String
    let device: String
    let board: String
    /// `running`, `waiting`, `paused`, `stopped`, `finished`; `interrupted` for one whose coordinator is not this daemon or is gone.
    let state: String
    let message: String
    let createdMilliseconds: Int64
    let updatedMilliseconds: Int64
    /// Samples applied, and all of the plan, evaluations included.
    let position: Int
    let total: Int
    /// Steps of training in the plan, and how many evaluation samples come before and after them.
    let steps: Int
    let evaluationSamples: Int
    let before: EvaluationRecord?
    let after: EvaluationRecord?
  }

  struct Detail: Encodable, Sendable {
    struct Memory: Encodable, Sendable {
      let arena: Int
      let arenaLowerBound: Int
      let weights: Int
      let stack: Int
      let link: Int
      /// Samples that wait outside of the arena.
      let samples: Int
      let total: Int
      /// The board the plan was checked against.
      let plannedFor: String
    }

    let summary: Summary
    let plan: TrainingPlan
    let dataSource: String
    /// Whether its loss takes classes, so that there is an accuracy.
    let hasClasses: Bool
    let memory: Memory
    let forwardMACs: Int
    let backwardMACs: Int
    let link: LinkView?
    let devicesLost: Int
    let samplesPerSecond: Double
  }

  struct Steps: Encodable, Sendable {
    let columns = ["position", "train", "lossQ16", "correct", "wait", "forward", "backward", "update"]
    let rows: [[Int]]
    /// Whether there are more already.
    let hasMore: Bool
  }

  private static let listedRuns = 100
  private static let rowsPerAnswer = 4000

  let store: RunStore
  let director: RunDirector

  /// The newest first.
  func all() async throws -> [Summary] {
    var summaries: [Summary] = []
    for record in try await store.runs(limit: Self.listedRuns) { summaries.append(try await summary(of: record)) }
    return summaries
  }

  /// - Throws: `StoreError.noSuchRun`.
  func run(_ id: Int64) async throws -> Detail {
    let record = try await store.run(id)
    let row = try await store.artifact(of: record)
    let manifest = try JSONDecoder().decode(ArtifactManifest.self, from: Data(row.manifest))
    let entry = await director.entry(id)
    return Detail(
      summary: try await summary(of: record), plan: try record.decodedPlan(), dataSource: record.dataSource,
      hasClasses: manifest.loss.isClassification,
      memory: Detail.Memory(
        arena: manifest.memory.arenaBytes, arenaLowerBound: manifest.memory.arenaLowerBoundBytes,
        weights: manifest.memory.stateBytes, stack: manifest.memory.stackBytes, link: manifest.memory.linkBytes,
        samples: manifest.memory.sampleSlotBytes, total: manifest.memory.totalBytes, plannedFor: manifest.board),
      forwardMACs: manifest.macs.forward, backwardMACs: manifest.macs.backward, link: await entry?.link.view(),
      devicesLost: entry?.feed.progress.devicesLost ?? 0,
      samplesPerSecond: entry?.feed.progress.samplesPerSecond ?? 0)
  }

  /// - Parameter after: the last position known already; -1 for none.
  func steps(of id: Int64, after: Int) async throws -> Steps {
    _ = try await store.run(id)
    let first = max(-1, min(after, Int(UInt32.max))) + 1
    let records = try await store.steps(of: id, from: first, limit: Self.rowsPerAnswer)
    return Steps(
      rows: records.map {
        [
          $0.position, $0.mode == .train ? 1 : 0, $0.lossQ16, $0.isCorrect == true ? 1 : 0, $0.waitTicks, $0.forwardTicks,
          $0.backwardTicks, $0.updateTicks,
        ]
      }, hasMore: records.count == Self.rowsPerAnswer)
  }

  /// Brings the figures of links up to date.
  func countLinks(in metrics: MetricsRegistry) async {
    for (id, view) in await director.links() {
      let run = MetricsRegistry.Label("run", "\(id)")
      for (direction, count) in [("sent", view.framesSent), ("received", view.framesReceived)] {
        metrics.set(.frames, run, .init("direction", direction), to: Double(count))
      }
      for (reason, count) in view.damaged { metrics.set(.framesDamaged, run, .init("reason", reason), to: Double(count)) }
      for (metric, count) in [
        (Metric.framesResent, view.framesResent), (.timeouts, view.timeouts), (.duplicates, view.duplicates),
        (.staleFrames, view.stale), (.echoes, view.echoes), (.reconnects, view.connections - 1), (.lineRate, view.baud),
      ] { metrics.set(metric, run, to: Double(count)) }
      for (event, count) in view.device { metrics.set(.deviceLink, run, .init("event", event), to: Double(count)) }
      if let drift = view.clockDrift { metrics.set(.clockDrift, run, to: drift) }
      for region in view.memory where region.highWater > 0 {
        metrics.set(.memoryBytes, run, .init("region", region.name), to: Double(region.highWater))
      }
      if let trip = view.roundTripMicroseconds { metrics.set(.roundTrip, run, to: Double(trip) / 1e6) }
    }
  }

  private func summary(of record: RunRecord) async throws -> Summary {
    let id = record.id ?? 0
    let plan = try record.decodedPlan()
    let evaluations = try await store.evaluations(of: id)
    let isActive = await director.isActive(id)
    return Summary(
      id: id, model: record.model, device: record.device, board: record.board,
      state: !isActive && record.state.isUnderWay ? "interrupted" : record.state.rawValue,
      message: isActive ? "" : record.message, createdMilliseconds: record.createdMilliseconds,
      updatedMilliseconds: record.updatedMilliseconds, position: try await store.nextPosition(of: id),
      total: plan.count, steps: plan.steps, evaluationSamples: plan.evaluationSamples,
      before: evaluations.first { $0.moment == .before }, after: evaluations.first { $0.moment == .after })
  }
}
