import ArgumentParser
import Coordinator
import Foundation
import Synchronization
import Telemetry

/// Whether to use a daemon that runs.
struct BackendOptions: ParsableArguments {
  @Flag(name: .long, help: "Work in this process and its own store even when a daemon runs.")
  var local = false

  func backend() async throws -> RunBackend {
    if !local, let daemon = try await ControlClient.find() { return .daemon(daemon) }
    return .local(try RunStore(directory: StateDirectory.user()))
  }
}

/// Where runs are driven and kept.
enum RunBackend: Sendable {
  /// This process, and the user's store.
  case local(RunStore)
  /// The daemon that runs.
  case daemon(ControlClient)

  /// One run as either tells of it.
  struct Detail {
    let record: RunRecord
    let steps: Int
    let losses: [Double]
    let evaluations: [EvaluationRecord]
    /// Of the training state at the end or at the newest checkpoint.
    let digest: String?
  }

  func runs() async throws -> [RunRecord] {
    switch self {
    case .local(let store): try await store.runs()
    case .daemon(let client): try await client.runs()
    }
  }

  func detail(of id: Int64) async throws -> Detail {
    switch self {
    case .local(let store):
      let run = try await store.run(id)
      let training = try run.decodedPlan().training
      let parts = try await store.parts(of: id)
      let steps =
        parts.isEmpty
        ? try await store.steps(of: id, from: training.lowerBound, limit: training.count)
        : try await FleetRun.steps(of: parts, in: store)
      return Detail(
        record: run, steps: steps.count, losses: steps.map(\.loss), evaluations: try await store.evaluations(of: id),
        digest: try await store.newestCheckpoint(of: id)?.digest)
    case .daemon(let client):
      let (run, evaluations, steps) = try await client.run(id)
      let result = try run.result.map { try JSONDecoder().decode(TrainResult.self, from: Data($0.utf8)) }
      return Detail(
        record: run, steps: steps, losses: result?.loss ?? [], evaluations: evaluations, digest: result?.digest)
    }
  }

  func status() async throws -> [RunStatus] {
    switch self {
    case .local(let store): try await RunStatus.all(in: store)
    case .daemon(let client): try await client.status()
    }
  }

  func log(of id: Int64) async throws -> [LogRecord] {
    switch self {
    case .local(let store):
      _ = try await store.run(id)
      return try await store.log(of: id)
    case .daemon(let client): return try await client.log(id)
    }
  }

  func checkpoints(of id: Int64) async throws -> [CheckpointSummary] {
    switch self {
    case .local(let store):
      _ = try await store.run(id)
      return try await store.checkpointSummaries(of: id)
    case .daemon(let client): return try await client.checkpoints(id)
    }
  }

  /// A checkpoint as a file.
  func checkpoint(of id: Int64, generation: Int?) async throws -> [UInt8] {
    switch self {
    case .local(let store): try await RunCheckpoints.exported(id, generation: generation, in: store)
    case .daemon(let client): try await client.checkpoint(id, generation: generation)
    }
  }

  /// The trained model's file.
  func model(of id: Int64) async throws -> [UInt8] {
    switch self {
    case .local(let store): try await RunExport.model(of: id, in: store)
    case .daemon(let client): try await client.export(id)
    }
  }
}

extension ControlClient {
  /// Trains in the daemon; Ctrl-C asks it to stop the run.
  func train(
    _ request: TrainRequest, session: TrainingSession, data: TrainingData
  ) async throws -> TrainResult {
    let shared = AcceptedRun()
    session.interrupt.onRequest {
      guard let run = shared.run else { Leftovers.removeAndExit(.interrupted) }
      shared.askToStop()
      Task { do { try await stop(run) } catch { Console.note("\(error)") } }
    }
    defer { session.interrupt.onRequest(nil) }
    do {
      return try await train(
        request, artifact: session.artifact, data: data, accepted: shared.accept, watch: session.progress.watch)
    } catch {
      // What went wrong with the daemon itself does not end its run.
      guard error.kind != .daemon, let run = shared.run else { throw error }
      guard shared.isAskedToStop else { throw Failure(error, resuming: run) }
      throw Failure(Failure(.interrupted, code: "interrupted", error.message), resuming: run)
    }
  }

  /// The run's number, known once the daemon has taken it.
  private final class AcceptedRun: Sendable {
    private let state = Mutex<(run: Int64?, isAskedToStop: Bool)>((nil, false))

    var run: Int64? { state.withLock { $0.run } }
    var isAskedToStop: Bool { state.withLock { $0.isAskedToStop } }
    @Sendable func accept(_ run: Int64) { state.withLock { $0.run = run } }
    func askToStop() { state.withLock { $0.isAskedToStop = true } }
  }
}
