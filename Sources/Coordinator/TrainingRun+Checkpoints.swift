import ArtifactManifest
import DeviceLink
import Telemetry
import WireProtocol

extension TrainingRun {
  /// Copies the training state into the store, proven by the device's own digest.
  func takeCheckpoint(at position: Int, from device: any DeviceConnection) async throws {
    let bytes = try await copyState(at: position, from: device)
    let found = HexDigest(Digest64(bytes).value)
    let expected = HexDigest(try await device.digest().digest)
    guard found == expected else {
      throw CoordinatorError.digestDiffers(
        device: source.name, position: position, found: found.text, expected: expected.text)
    }
    if let told = toldDigest, told.position == position, HexDigest(told.digest) != found {
      throw CoordinatorError.digestDiffers(
        device: source.name, position: position, found: found.text, expected: HexDigest(told.digest).text)
    }
    if let barrier, machine.plan.isRoundEnd(position) {
      return try await exchange(bytes, at: position, with: barrier, on: device)
    }
    try await store.save(
      CheckpointRecord(
        run: id, position: position, digest: found.text, segments: bytes,
        createdMilliseconds: RunStore.nowMilliseconds()), firstTraining: machine.plan.training.lowerBound)
    machine.checkpointed(at: position)
    try await tell(.checkpoint(position: position, digest: found.text))
  }

  /// Has the device keep its state, so that it goes on from there when its power fails, without a checkpoint from here.
  func keepState(before position: Int, on device: any DeviceConnection) async throws {
    let kept = try await device.keepState()
    machine.kept(at: position)
    switch kept.result {
    case .kept: return
    case .noStore, .tooLarge: machine.stopKeeping()
    case .flashFault: break
    }
    try await tell(.note(text: "its state before position \(position) is not kept: \(kept.result.doc)"))
  }

  /// Brings the state to the other boards', and goes on with the mean of all, which is in the store by then.
  private func exchange(
    _ state: [UInt8], at position: Int, with barrier: RoundBarrier, on device: any DeviceConnection
  ) async throws {
    let member = machine.plan.share?.member ?? 0
    let round = machine.plan.round(at: machine.checkpoint ?? 0)
    let mean = try await barrier.meet(.init(member: member, round: round, position: position, state: state))
    machine.checkpointed(at: position)
    try await tell(.checkpoint(position: position, digest: HexDigest(Digest64(mean).value).text))
    _ = try await device.endRun()
    guard let checkpoint = try await intactCheckpoint(), checkpoint.position == position else {
      throw CoordinatorError.wrongState(run: id, reason: "the mean of its boards is not in the store")
    }
    try await restore(checkpoint, to: device)
    _ = try await open(device, at: position, flags: 0)
    forgetWhatWasTold()
  }

  /// The newest checkpoint whose bytes have the digest they were stored with; `nil` when there is none.
  ///
  /// One that does not is left out with a note: the samples since the one before are done again.
  func intactCheckpoint() async throws -> CheckpointRecord? {
    for checkpoint in try await store.checkpoints(of: id) {
      if checkpoint.isIntact { return checkpoint }
      try await tell(
        .note(
          text: "checkpoint \(checkpoint.generation) before position \(checkpoint.position): found digest "
            + "\(Digest64(checkpoint.segments).hex), expected \(checkpoint.digest): going back to the one before"))
    }
    return nil
  }

  /// Writes a checkpoint into a device that has no run open.
  func restore(_ checkpoint: CheckpointRecord, to device: any DeviceConnection) async throws {
    try await putState(try segments(of: checkpoint), into: device)
    let found = HexDigest(try await device.digest().digest).text
    guard found == checkpoint.digest else {
      throw CoordinatorError.digestDiffers(
        device: source.name, position: checkpoint.position, found: found, expected: checkpoint.digest)
    }
  }

  func segments(of checkpoint: CheckpointRecord) throws(CoordinatorError) -> [StateSegment] {
    guard checkpoint.segments.count == manifest.segments.reduce(0, { $0 + $1.bytes }) else {
      throw .wrongState(run: id, reason: "its checkpoint has another size than the training state")
    }
    var rest = checkpoint.segments[...]
    var segments: [StateSegment] = []
    for segment in manifest.segments {
      guard let kind = Wire.SegmentKind(rawValue: segment.kind.rawValue) else {
        throw .unusableData(reason: "manifest: segment \(segment.kind): no part of a training state: compile again")
      }
      segments.append(StateSegment(kind: kind, bytes: Array(rest.prefix(segment.bytes))))
      rest = rest.dropFirst(segment.bytes)
    }
    return segments
  }
}
