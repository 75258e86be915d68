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
    if let barrier, machine.plan.isRoundEnd(position) {
      return try await exchange(bytes, at: position, with: barrier, on: device)
    }
    try await store.save(
      CheckpointRecord(
        run: id, position: position, digest: found.text, segments: bytes,
        createdMilliseconds: RunStore.nowMilliseconds()))
    machine.checkpointed(at: position)
    watch(.checkpoint(position: position, digest: found.text))
  }

  /// Brings the state to the other boards', and goes on with the mean of all, which is in the store by then.
  private func exchange(
    _ state: [UInt8], at position: Int, with barrier: RoundBarrier, on device: any DeviceConnection
  ) async throws {
    let member = machine.plan.share?.member ?? 0
    let round = machine.plan.round(at: machine.checkpoint ?? 0)
    let mean = try await barrier.meet(.init(member: member, round: round, position: position, state: state))
    machine.checkpointed(at: position)
    watch(.checkpoint(position: position, digest: HexDigest(Digest64(mean).value).text))
    _ = try await device.endRun()
    try await restoreCheckpoint(to: device)
    _ = try await open(device, at: position, flags: 0)
  }

  /// Writes the newest checkpoint into a device that has no run open.
  func restoreCheckpoint(to device: any DeviceConnection) async throws {
    guard let checkpoint = try await store.newestCheckpoint(of: id) else {
      throw CoordinatorError.wrongState(run: id, reason: "its checkpoint is gone from the store")
    }
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
