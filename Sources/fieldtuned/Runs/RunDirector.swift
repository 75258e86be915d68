import ArtifactManifest
import Coordinator
import DeviceModel
import Foundation
import Logging
import Telemetry
import Transport

/// The runs under way: one a device, several at once.
///
/// Invariants:
/// - A device is claimed in the roster from before its run begins until after it has ended.
/// - A run belongs to the daemon, not to the client that asked for it.
/// - Once the daemon is to end, no run begins.
actor RunDirector {
  /// A run that is under way, or one of the last that ended.
  struct Entry: Sendable {
    let run: TrainingRun
    let feed: RunFeed
    let link: LinkMonitor
    let task: Task<TrainResult, any Error>
  }

  /// How long a device may take to appear, and to come back.
  private static let options = RunOptions(firstPatience: .seconds(10), patience: .seconds(60))
  /// Ended runs whose link is still shown.
  private static let keptEntries = 16

  private let store: RunStore
  private let roster: DeviceRoster
  private let metrics: MetricsRegistry
  private let uploads: URL
  private let logger: Logger
  private(set) var entries: [Int64: Entry] = [:]
  private var isEnding = false

  init(store: RunStore, roster: DeviceRoster, metrics: MetricsRegistry, uploads: URL, logger: Logger) {
    self.store = store
    self.roster = roster
    self.metrics = metrics
    self.uploads = uploads
    self.logger = logger
  }

  /// Answers when the director is not stuck; for the watchdog.
  var isAlive: Bool { true }

  /// Uploads of a daemon that was killed.
  nonisolated func removeLeftovers() throws {
    guard FileManager.default.fileExists(atPath: uploads.path) else { return }
    try FileManager.default.removeItem(at: uploads)
  }

  func entry(_ run: Int64) -> Entry? { entries[run] }

  func isActive(_ run: Int64) -> Bool { entries[run].map { !$0.feed.progress.isOver } ?? false }

  /// Begins a run, or takes one up.
  ///
  /// - Returns: its id, and its events from the first on.
  /// - Throws: `ControlFailure`.
  func start(
    _ request: TrainRequest, _ upload: Upload
  ) async throws(ControlFailure) -> (run: Int64, events: AsyncStream<RunEvent>) {
    guard !isEnding else { throw ControlFailure(.busy, "daemon: it is about to end: try again in a moment") }
    let manifest = try upload.manifest()
    let data = try upload.data(inputBytes: manifest.input.bytes, targetBytes: manifest.loss.targetBytes)
    try request.verify(for: data)
    if let resumed = request.resume, isActive(resumed) {
      throw ControlFailure(.busy, "run \(resumed): is under way: follow it or stop it first")
    }
    let device = try await roster.claim(request.device, name: request.deviceName)
    let folder = uploads.appendingPathComponent(UUID().uuidString)
    do {
      let artifact = try upload.write(to: folder)
      return try await begin(request, artifact, data, on: device)
    } catch {
      await end(device, folder: folder)
      throw ControlFailure(describing: error)
    }
  }

  /// Ends a run after the samples already sent.
  func stop(_ run: Int64) async throws(ControlFailure) {
    guard isActive(run), let entry = entries[run] else {
      throw ControlFailure(.request, "run \(run): is not under way in this daemon: 'fieldtune runs' lists the runs")
    }
    await entry.run.stop()
  }

  /// Ends every run with a checkpoint, or gives up after `patience`: the store says truthfully how far they came.
  func stopAll(within patience: Duration) async {
    isEnding = true
    let active = entries.values.filter { !$0.feed.progress.isOver }
    for entry in active { await entry.run.stop() }
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for entry in active { _ = await entry.task.result }
        return true
      }
      group.addTask {
        do { try await Task.sleep(for: patience) } catch { return true }
        return false
      }
      if await group.next() == false { logger.warning("a device did not reach a checkpoint in time") }
      group.cancelAll()
    }
  }

  private func begin(
    _ request: TrainRequest, _ artifact: Artifact, _ data: TrainingData, on device: DeviceRoster.Claim
  ) async throws -> (run: Int64, events: AsyncStream<RunEvent>) {
    let feed = RunFeed()
    let counter = RunMetrics(
      registry: metrics, sampleBytes: artifact.manifest.input.bytes + artifact.manifest.loss.targetBytes)
    let link = LinkMonitor(source(for: request, device, artifact))
    let watch: @Sendable (RunEvent) -> Void = { event in
      counter.count(event)
      feed.send(event)
    }
    let run =
      if let resumed = request.resume {
        try await TrainingRun.resume(
          resumed, artifact: artifact, data: data, store: store, source: link, options: Self.options, watch: watch)
      } else {
        try await TrainingRun.begin(
          request.plan, artifact: artifact, data: data, dataSource: request.dataSource, store: store, source: link,
          options: Self.options, watch: watch)
      }
    let events = feed.subscribe()
    let task = Task { try await self.carryOut(run, feed, device, folder: artifact.directory) }
    entries[run.runID] = Entry(run: run, feed: feed, link: link, task: task)
    dropOldEntries()
    await roster.note(run.runID, on: device)
    return (run.runID, events)
  }

  private func carryOut(
    _ run: TrainingRun, _ feed: RunFeed, _ device: DeviceRoster.Claim, folder: URL
  ) async throws -> TrainResult {
    let outcome: Result<TrainResult, any Error>
    metrics.add(to: .runsActive)
    logger.info("run begins", metadata: ["run": "\(run.runID)", "device": "\(device.name)"])
    do {
      outcome = .success(try await run.run())
      logger.info("run ended", metadata: ["run": "\(run.runID)"])
    } catch {
      outcome = .failure(error)
      logger.warning("run stopped", metadata: ["run": "\(run.runID)", "reason": "\(error)"])
    }
    metrics.add(-1, to: .runsActive)
    await end(device, folder: folder)
    feed.finish()
    return try outcome.get()
  }

  private func end(_ device: DeviceRoster.Claim, folder: URL) async {
    await roster.release(device)
    do {
      if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
    } catch {
      logger.warning("an upload could not be removed", metadata: ["reason": "\(error)"])
    }
  }

  private func source(
    for request: TrainRequest, _ device: DeviceRoster.Claim, _ artifact: Artifact
  ) -> TransportSource {
    let name = request.deviceName
    switch request.device {
    case .loopback:
      return TransportSource(name: name) { try LoopbackDevice(artifact: artifact).transport }
    case .socket(let path):
      return TransportSource(name: name) { try await UnixSocketTransport.connect(path: path) }
    case .port:
      return TransportSource(name: name, search: roster.search(for: device, baud: request.baud)) { [roster] in
        try await roster.open(device, baud: request.baud)
      }
    }
  }

  private func dropOldEntries() {
    let over = entries.filter { $0.value.feed.progress.isOver }.keys.sorted()
    for id in over.dropLast(Self.keptEntries) {
      entries[id] = nil
      metrics.remove(MetricsRegistry.Label("run", "\(id)"))
    }
  }
}
