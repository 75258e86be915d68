import WireProtocol

/// Who a device in Swift says it is.
package struct DeviceIdentity: Hashable, Sendable {
  package var board: String
  package var bootID: UInt32
  /// 12 bytes.
  package var uid: [UInt8]
  package var modelHash: UInt64
  package var planHash: UInt64
  package var semanticsHash: UInt64
  package var layoutHash: UInt64

  package init(
    board: String, bootID: UInt32, uid: [UInt8] = [UInt8](repeating: 0, count: 12),
    modelHash: UInt64, planHash: UInt64, semanticsHash: UInt64, layoutHash: UInt64
  ) {
    precondition(uid.count == 12, "a uid of \(uid.count) bytes, expected 12")
    self.board = board
    self.bootID = bootID
    self.uid = uid
    self.modelHash = modelHash
    self.planHash = planHash
    self.semanticsHash = semanticsHash
    self.layoutHash = layoutHash
  }
}

extension DeviceSession {
  /// Who a device is that stands where this session does.
  package func info(_ identity: DeviceIdentity) -> Wire.DeviceInfo {
    Wire.DeviceInfo(
      bootID: identity.bootID, uid: identity.uid, board: identity.board, firmware: "DeviceModel",
      modelHash: identity.modelHash, planHash: identity.planHash,
      semanticsHash: identity.semanticsHash, layoutHash: identity.layoutHash,
      sampleQueueBytes: UInt32(sampleQueueBytes),
      sampleSlots: UInt16(Self.sampleSlots), recordSlots: UInt16(RecordRing.slots),
      inputBytes: UInt32(engine.inputBytes), targetBytes: UInt32(engine.targetBytes),
      classCount: UInt16(engine.classCount),
      segments: engine.segments, bauds: [], memory: [], counterUnit: .nanoseconds,
      counterHertz: 1_000_000_000, run: run, nextIndex: records.next, trainingStep: trainingStep,
      checkpointGeneration: keptStates?.generation ?? 0, state: state, bitsPerSecond: 0)
  }
}
