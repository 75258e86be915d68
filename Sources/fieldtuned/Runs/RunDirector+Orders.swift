import ArtifactManifest
import Coordinator
import Foundation
import Telemetry

/// What clients ask of runs by their number.
extension RunDirector {
  /// Takes up the runs that were under way when the last daemon ended, from the store alone.
  func takeUp() async throws {
    await sweep()
    for record in try await store.interruptedJobs() {
      guard let id = record.id else { continue }
      do {
        try await reopen(id)
        logger.info("run taken up", metadata: ["run": "\(id)", "device": "\(record.device)"])
      } catch {
        try await noteFailure(of: record, because: error)
      }
    }
  }

  private func noteFailure(of record: RunRecord, because error: any Error) async throws {
    logger.error("run not taken up", metadata: ["run": "\(record.id ?? 0)", "reason": "\(error)"])
    var stopped = record
    stopped.state = .stopped
    stopped.message = "\(error)"
    _ = try await store.update(stopped)
  }

  /// Ends a run after the samples already sent; one that rests is over at once.
  func stop(_ id: Int64) async throws(ControlFailure) {
    if isActive(id), let entry = entries[id] { return await entry.run.stop() }
    do {
      var record = try await store.run(id)
      guard record.state == .paused || record.state.isUnderWay else { throw notUnderWay(id) }
      record.state = .stopped
      record.message = "stopped by the user while it rested"
      _ = try await store.update(record)
      await forget(id)
      await sweep()
    } catch StoreError.noSuchRun {
      throw notUnderWay(id)
    } catch {
      throw ControlFailure(describing: error)
    }
  }

  /// Lets a run rest after the samples already sent.
  func pause(_ id: Int64) async throws(ControlFailure) {
    guard isActive(id), let entry = entries[id] else { throw notUnderWay(id) }
    await entry.run.pause()
  }

  /// Goes on with a run that was paused, or that an error stopped.
  func resume(_ id: Int64) async throws(ControlFailure) {
    if isActive(id), let entry = entries[id] { return await entry.run.goOn() }
    guard !isEnding else { throw ControlFailure(.busy, "daemon: it is about to end: try again in a moment") }
    try beginOpening(id)
    defer { endOpening(id) }
    do {
      try await reopen(id)
    } catch {
      throw ControlFailure(describing: error)
    }
  }

  /// Takes a run that rests back to a checkpoint.
  func restore(_ id: Int64, generation: Int?, file: [UInt8]?) async throws(ControlFailure) {
    guard !isActive(id) else {
      throw ControlFailure(.busy, "run \(id): is under way: stop it, restore, and resume it with --resume \(id)")
    }
    try beginOpening(id)
    defer { endOpening(id) }
    do {
      try await RunCheckpoints.restore(id, generation: generation, file: file, in: store)
    } catch {
      throw ControlFailure(describing: error)
    }
  }

  /// The runs under way and those that rest.
  func status() async throws -> [RunStatus] {
    try await RunStatus.all(in: store).map { status in
      guard let entry = entries[status.run], !entry.feed.progress.isOver else { return status }
      var live = status
      live.samplesPerSecond = entry.feed.progress.samplesPerSecond
      live.devicesLost = entry.feed.progress.devicesLost
      return live
    }
  }

  private func notUnderWay(_ id: Int64) -> ControlFailure {
    ControlFailure(.request, "run \(id): is not under way in this daemon: 'fieldtune runs' lists the runs")
  }

  /// Drives a run from what the store has of it.
  private func reopen(_ id: Int64) async throws {
    let record = try await store.run(id)
    guard let job = try await store.job(of: id) else {
      throw CoordinatorError.wrongState(
        run: id,
        reason: record.state == .finished
          ? "is finished" : "is over, and the daemon keeps its data no more: train again with --resume \(id)")
    }
    let request = try TrainRequest(text: job.request)
    let upload = try Upload(files: job.files, in: vault)
    let artifact = try upload.artifact(files: job.files, in: vault)
    let data = try upload.data(
      inputBytes: artifact.manifest.input.bytes, targetBytes: artifact.manifest.loss.targetBytes)
    let device = try await roster.claim(request.device, name: request.deviceName, key: job.deviceKey)
    let feed = RunFeed()
    let link = LinkMonitor(source(for: request, device, artifact))
    do {
      let run = try await TrainingRun.resume(
        id, artifact: artifact, data: data, store: store, source: link, options: Self.begunRun.keeping(every: request.keepSteps), live: request.live,
        watch: watch(feed, artifact.manifest))
      _ = await launch(run, feed, link, device)
    } catch {
      await roster.release(device)
      throw error
    }
  }
}
