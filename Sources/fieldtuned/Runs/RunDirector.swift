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
/// - A run belongs to the store, not to the client that asked for it nor to this process: with its job and uploads there,
///   the next daemon takes it up.
/// - Once the daemon is to end, no run begins.
actor RunDirector {
  /// A run that is under way, or one of the last that ended.
  struct Entry: Sendable {
    let run: TrainingRun
    let feed: RunFeed
    let link: LinkMonitor
    let task: Task<TrainResult, any Error>
  }

  /// A new run ends when its device does not appear, so that its user learns of it. One that has begun waits for its
  /// device without end; one whose device is lost again and again without a step is stopped.
  private static let newRun = RunOptions(firstPatience: .seconds(10), patience: nil, futileConnections: 50)
  static let begunRun = RunOptions(firstPatience: nil, patience: nil, futileConnections: 50)
  /// Ended runs whose link is still shown.
  private static let keptEntries = 16

  let store: RunStore
  let roster: DeviceRoster
  private let metrics: MetricsRegistry
  let vault: UploadVault
  let logger: Logger
  private(set) var entries: [Int64: Entry] = [:]
  private(set) var isEnding = false
  /// Files of runs that are about to begin, which no job refers to yet.
  private var arriving: [UUID: Set<String>] = [:]
  /// Runs that are being taken up or taken back: one at a time, or two tasks would drive one run.
  private var opening: Set<Int64> = []

  init(store: RunStore, roster: DeviceRoster, metrics: MetricsRegistry, uploads: URL, logger: Logger) {
    self.store = store
    self.roster = roster
    self.metrics = metrics
    vault = UploadVault(directory: uploads)
    self.logger = logger
  }

  /// Answers when the director is not stuck; for the watchdog.
  var isAlive: Bool { true }

  func entry(_ run: Int64) -> Entry? { entries[run] }

  func isActive(_ run: Int64) -> Bool { entries[run].map { !$0.feed.progress.isOver } ?? false }

  /// To be followed by `endOpening`.
  func beginOpening(_ run: Int64) throws(ControlFailure) {
    guard opening.insert(run).inserted else {
      throw ControlFailure(.busy, "run \(run): is being taken up: try again in a moment")
    }
  }

  func endOpening(_ run: Int64) { opening.remove(run) }

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
    if let resumed = request.resume { try beginOpening(resumed) }
    defer { if let resumed = request.resume { endOpening(resumed) } }
    let device = try await roster.claim(request.device, name: request.deviceName)
    do {
      return try await begin(request, upload, data, on: device)
    } catch {
      await roster.release(device)
      throw ControlFailure(describing: error)
    }
  }

  /// Brings every run to a checkpoint, or gives up after `patience`: they go on with the next daemon.
  func suspendAll(within patience: Duration) async {
    isEnding = true
    let active = entries.values.filter { !$0.feed.progress.isOver }
    for entry in active { await entry.run.suspend() }
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
    _ request: TrainRequest, _ upload: Upload, _ data: TrainingData, on device: DeviceRoster.Claim
  ) async throws -> (run: Int64, events: AsyncStream<RunEvent>) {
    let files = try upload.keep(in: vault)
    let arrival = UUID()
    arriving[arrival] = Set(files.values)
    defer { arriving[arrival] = nil }
    let artifact = try upload.artifact(files: files, in: vault)
    var kept = request
    kept.resume = nil
    let job = JobRecord(request: try kept.text(), deviceKey: device.key, files: files)
    let feed = RunFeed()
    let link = LinkMonitor(source(for: request, device, artifact))
    let run: TrainingRun
    if let resumed = request.resume {
      run = try await TrainingRun.resume(
        resumed, artifact: artifact, data: data, store: store, source: link, options: Self.newRun.keeping(every: request.keepSteps), live: request.live,
        watch: watch(feed, artifact.manifest))
      try await store.save(job, of: resumed)
    } else {
      run = try await TrainingRun.begin(
        request.plan, artifact: artifact, data: data, dataSource: request.dataSource, store: store, source: link,
        options: Self.newRun.keeping(every: request.keepSteps), job: job, live: request.live, watch: watch(feed, artifact.manifest))
    }
    return await launch(run, feed, link, device)
  }

  func watch(_ feed: RunFeed, _ manifest: ArtifactManifest) -> @Sendable (RunEvent) -> Void {
    let counter = RunMetrics(
      registry: metrics, sampleBytes: manifest.input.bytes + manifest.loss.targetBytes)
    return { event in
      counter.count(event)
      feed.send(event)
    }
  }

  func launch(
    _ run: TrainingRun, _ feed: RunFeed, _ link: LinkMonitor, _ device: DeviceRoster.Claim
  ) async -> (run: Int64, events: AsyncStream<RunEvent>) {
    let events = feed.subscribe()
    let task = Task { try await self.carryOut(run, feed, device) }
    entries[run.runID] = Entry(run: run, feed: feed, link: link, task: task)
    dropOldEntries()
    await roster.note(run.runID, on: device)
    return (run.runID, events)
  }

  private func carryOut(
    _ run: TrainingRun, _ feed: RunFeed, _ device: DeviceRoster.Claim
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
    await roster.release(device)
    // What its user stopped is over; what an error stopped can be resumed from here.
    if await run.isStoppedByUser { await forget(run.runID) }
    await sweep()
    feed.finish()
    return try outcome.get()
  }

  /// Removes the job of a run that is over.
  func forget(_ run: Int64) async {
    do {
      try await store.removeJob(of: run)
    } catch {
      logger.warning("a job could not be removed", metadata: ["run": "\(run)", "reason": "\(error)"])
    }
  }

  /// Removes the files that no run needs any more.
  func sweep() async {
    do {
      // Also what arrived while the store was asked: its answer may be older than the job.
      let before = arriving
      let needed = try await store.jobFiles()
      let coming = before.merging(arriving) { $1 }
      try vault.sweep(keeping: coming.values.reduce(into: needed) { $0.formUnion($1) })
    } catch {
      logger.warning("uploads could not be removed", metadata: ["reason": "\(error)"])
    }
  }

  func source(
    for request: TrainRequest, _ device: DeviceRoster.Claim, _ artifact: Artifact
  ) -> TransportSource {
    let name = request.deviceName
    switch request.device {
    case .loopback:
      let keptStates = KeptStates()
      return TransportSource(name: name) { try LoopbackDevice(artifact: artifact, keptStates: keptStates).transport }
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
