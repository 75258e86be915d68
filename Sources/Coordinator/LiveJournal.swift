import ArtifactManifest
import Datasets
import Telemetry

/// Samples that come in while their run is under way.
///
/// Invariants:
/// - A sample is in the store before its sender is told that it was accepted.
/// - Samples are numbered from 0 without a gap in the order of arrival; training step n takes sample n.
/// - At most `mostAhead` samples in the store wait for the device. More are not read, so that their senders wait or,
///   where the user allowed it, lose them.
package actor LiveJournal {
  /// Fewer than a device's ring of records holds.
  private static let mostInGroup = 7
  private static let mostAhead = 64

  private let run: Int64
  private let store: RunStore
  private let request: LiveRequest
  private let encoder: InputEncoder
  private let format: LiveSampleFormat
  /// Samples the plan takes in all.
  private let limit: Int
  private var counts: LiveCountsRecord
  /// Of earlier coordinators.
  private let earlier: LiveCountsRecord
  /// Samples the device was given.
  private var taken = 0
  private var source: LiveSource?
  private var work: Task<Void, Never>?
  private var room: CheckedContinuation<Void, Never>?
  private var failure: (any Error)?

  package init(
    _ request: LiveRequest, run: Int64, limit: Int, manifest: ArtifactManifest, store: RunStore
  ) async throws {
    guard manifest.loss.targetBytes == 0 else {
      throw CoordinatorError.unusableData(
        reason: "live:\(request.path): its samples carry a class at most, and the loss "
          + "'\(manifest.loss.kind.rawValue)' takes numbers: give a file")
    }
    guard let scale = InputScale(request.inputScale) else {
      throw CoordinatorError.unusableData(
        reason: "input scale: found '\(request.inputScale)', expected auto, raw or a number")
    }
    let needsLabel = manifest.loss.isClassification
    self.run = run
    self.store = store
    self.request = request
    self.limit = limit
    encoder = InputEncoder(scale: manifest.input.scale, zeroPoint: manifest.input.zeroPoint, inputScale: scale)
    format = LiveSampleFormat(
      valueCount: manifest.input.bytes, classCount: needsLabel ? manifest.output.classCount : nil,
      requiresLabel: needsLabel)
    earlier = try await store.liveCounts(of: run)
    counts = earlier
  }

  /// Samples that are in the store, or were until a checkpoint covered them.
  var supplied: Int { counts.accepted }

  /// Listens until all samples of the plan are in the store.
  ///
  /// - Parameters:
  ///   - taken: samples whose steps are in the store, so that they do not wait for the device.
  ///   - arrival: called after each group, and when the source failed.
  func open(taken: Int, arrival: @escaping @Sendable (LiveCountsRecord) async -> Void) async throws {
    self.taken = taken
    guard supplied < limit else { return }
    let source = try await LiveSource.listen(path: request.path, format: format, whenFull: .init(request.overflow))
    self.source = source
    work = Task {
      do {
        try await self.journal(source, arrival)
      } catch is CancellationError {
        return
      } catch {
        self.failure = error
        await arrival(self.counts)
      }
    }
  }

  private func journal(_ source: LiveSource, _ arrival: @Sendable (LiveCountsRecord) async -> Void) async throws {
    while supplied < limit {
      try Task.checkCancellation()
      let wanted = min(Self.mostInGroup, limit - supplied, Self.mostAhead - (supplied - taken))
      guard wanted > 0 else {
        await withCheckedContinuation { room = $0 }
        continue
      }
      let group = try await source.next(wanted)
      guard !group.isEmpty else { return }
      try await keep(group.map(\.sample), from: source)
      for sample in group { sample.accept() }
      await arrival(counts)
    }
    await source.close()
  }

  private func keep(_ samples: [LiveSample], from source: LiveSource) async throws {
    let records = samples.enumerated().map { index, sample in
      LiveSampleRecord(
        run: run, sequence: supplied + index, label: sample.label ?? 0,
        codes: encoder.codes(of: sample.values).map(UInt8.init(bitPattern:)))
    }
    var next = counts
    next.accepted += records.count
    next.dropped = earlier.dropped + source.droppedCount
    next.refused = earlier.refused + source.refusedCount
    try await store.append(records, counts: next)
    counts = next
  }

  /// - Throws: what went wrong with the source or the store, so that the run ends by it.
  func verify() throws {
    if let failure { throw failure }
  }

  /// Sample `sequence`, which was supplied and which no checkpoint that could be needed covers.
  func sample(_ sequence: Int) async throws -> LiveSampleRecord {
    guard let sample = try await store.liveSample(of: run, sequence: sequence) else {
      throw CoordinatorError.wrongState(run: run, reason: "live sample \(sequence) is gone from the store")
    }
    taken = max(taken, sequence + 1)
    room?.resume()
    room = nil
    return sample
  }

  /// Hangs up on all senders.
  func close() async {
    work?.cancel()
    room?.resume()
    room = nil
    await source?.close()
    await work?.value
  }
}
