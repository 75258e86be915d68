import ArtifactManifest
import Coordinator
import Datasets
import Telemetry

/// A run in this process, from data to result.
struct TrainingSession {
  let artifact: Artifact
  let source: any DeviceSource
  let training: TrainingOptions
  let progress: RunProgress

  /// Samples measured before and after when no evaluation data is named.
  private static let defaultEvaluationSamples = 500

  func run(in store: RunStore) async throws -> TrainResult {
    let data = try await loadData()
    let run = try await open(data, in: store)
    let interrupt = Interrupt { Task { await run.stop() } }
    defer { withExtendedLifetime(interrupt) {} }
    return try await run.run()
  }

  private func open(_ data: TrainingData, in store: RunStore) async throws -> TrainingRun {
    if let id = training.resume {
      return try await TrainingRun.resume(
        id, artifact: artifact, data: data, store: store, source: source, watch: progress.watch)
    }
    guard data.training.count > 0 else { throw CoordinatorError.unusableData(reason: "\(training.data): found no samples") }
    let plan = training.plan(trainingSamples: data.training.count, evaluationSamples: data.evaluation.count)
    return try await TrainingRun.begin(
      plan, artifact: artifact, data: data, dataSource: training.data, store: store, source: source,
      watch: progress.watch)
  }

  private func loadData() async throws -> TrainingData {
    let loader = try DataLoader(artifact.manifest, inputScale: training.inputScale)
    let samples = try await loader.load(training.data, liveCount: training.steps)
    let evaluation: SampleSet
    switch training.eval {
    case "none": evaluation = samples.prefix(0)
    case let text?: evaluation = try await loader.load(text, liveCount: nil)
    case nil: evaluation = samples.prefix(Self.defaultEvaluationSamples)
    }
    return TrainingData(training: samples, evaluation: evaluation)
  }
}
