import ArtifactManifest
import Coordinator
import Datasets
import Telemetry

/// A run from data to result, here or in the daemon.
struct TrainingSession {
  let artifact: Artifact
  /// Several share the run.
  let devices: [OpenedDevice]
  let baud: LineRate
  let training: TrainingOptions
  let progress: RunProgress
  let interrupt: Interrupt
  /// Whether the command takes `--resume`, for sentences that advise it.
  var takesResume = true

  /// Samples measured before and after when no evaluation data is named.
  private static let defaultEvaluationSamples = 500

  func run(in backend: RunBackend) async throws -> TrainResult {
    let live = try training.live()
    let data = try loadData(isLive: live != nil)
    switch backend {
    case .local(let store): return try await run(on: data, live, in: store)
    case .daemon(let client):
      guard let device = devices.first, devices.count == 1 else {
        throw Failure(
          .usage, code: "usage", "--device: found \(devices.count) devices, expected one for the daemon: add --local")
      }
      let request = TrainRequest(
        device: device.reference, deviceName: device.source.name, baud: baud.pinnedBaud, plan: try plan(for: data),
        dataSource: training.data, live: live, resume: training.resume, keepSteps: training.keepEvery)
      return try await client.train(request, session: self, data: data)
    }
  }

  private func run(on data: TrainingData, _ live: LiveRequest?, in store: RunStore) async throws -> TrainResult {
    let run = devices.count == 1 ? try await runOnOne(data, live, in: store) : try await runOnSeveral(data, in: store)
    interrupt.onRequest { Task { await run.stop() } }
    defer { interrupt.onRequest(nil) }
    do {
      return try await run.run()
    } catch {
      guard takesResume, await run.hasBegun else { throw error }
      throw Failure(error, resuming: run.runID)
    }
  }

  private var options: RunOptions { RunOptions(keepSteps: training.keepEvery) }

  private func runOnOne(_ data: TrainingData, _ live: LiveRequest?, in store: RunStore) async throws -> any DrivenRun {
    let source = devices[0].source
    if let id = training.resume {
      return try await TrainingRun.resume(
        id, artifact: artifact, data: data, store: store, source: source, options: options, live: live,
        watch: progress.watch)
    }
    return try await TrainingRun.begin(
      try plan(for: data), artifact: artifact, data: data, dataSource: training.data, store: store, source: source,
      options: options, live: live, watch: progress.watch)
  }

  private func runOnSeveral(_ data: TrainingData, in store: RunStore) async throws -> any DrivenRun {
    let sources = devices.map(\.source)
    if let id = training.resume {
      return try await FleetRun.resume(
        id, artifact: artifact, data: data, store: store, sources: sources, options: options,
        watch: progress.watch)
    }
    return try await FleetRun.begin(
      try plan(for: data), roundSteps: training.roundSteps, artifact: artifact, data: data, dataSource: training.data,
      store: store, sources: sources, options: options, watch: progress.watch)
  }

  private func plan(for data: TrainingData) throws -> TrainingPlan {
    if case .live = try DataSpecification.parse(training.data) {
      return training.plan(
        trainingSamples: training.steps ?? 1, evaluationSamples: data.evaluation.count, isLive: true)
    }
    guard data.training.count > 0 else {
      throw CoordinatorError.unusableData(reason: "\(training.data): found no samples")
    }
    return training.plan(
      trainingSamples: data.training.count, evaluationSamples: data.evaluation.count, isLive: false)
  }

  private func loadData(isLive: Bool) throws -> TrainingData {
    let loader = try DataLoader(artifact.manifest, inputScale: training.inputScale)
    let samples = isLive ? loader.noSamples : try loader.load(training.data)
    let evaluation: SampleSet
    switch training.eval {
    case "none": evaluation = samples.prefix(0)
    case let text?: evaluation = try loader.load(text)
    case nil: evaluation = samples.prefix(Self.defaultEvaluationSamples)
    }
    return TrainingData(training: samples, evaluation: evaluation)
  }
}
