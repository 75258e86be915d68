import WireProtocol

/// Calls on the control and bulk channels.
extension DeviceSession {
  var runReport: Wire.Message {
    .runReport(
      .init(
        run: run, nextIndex: records.next, trainingStep: trainingStep, digest: digest,
        state: state))
  }

  var digestReport: Wire.Message {
    .digestReport(
      .init(digest: digest, trainingStep: trainingStep, run: run, nextIndex: records.next))
  }

  /// The run that is open already goes on where it stands, so that a repeat does no harm.
  mutating func beginRun(
    _ begin: Wire.RunBegin, ticks: UInt64
  ) throws(DeviceFault) -> Wire.Message {
    guard begin.run != 0 else {
      throw DeviceFault(.malformedMessage, context: UInt32(Wire.MessageKind.runBegin.rawValue))
    }
    if state == .running {
      guard begin.run == run, !runEnding else { throw runActive }
      return runReport
    }
    if begin.flags & Wire.RunBegin.resetFlag != 0 { engine.reset(seed: begin.seed) }
    run = begin.run
    state = .running
    records.clear(next: begin.firstIndex)
    isWaiting = true
    waitingSince = ticks
    return runReport
  }

  /// Answered when the samples before it are applied. An end that is repeated is answered again.
  mutating func endRun(_ end: Wire.RunEnd) throws(DeviceFault) -> [Wire.Message] {
    guard end.run == run else { throw DeviceFault(.wrongRun, context: UInt32(truncatingIfNeeded: run)) }
    guard state == .running else { return [runReport] }
    runEnding = true
    return finishEnding()
  }

  /// The answer to RUN_END once no sample waits any more.
  mutating func finishEnding() -> [Wire.Message] {
    guard runEnding, samples.isEmpty else { return [] }
    runEnding = false
    state = .ended
    return [runReport]
  }

  mutating func resetState(_ reset: Wire.ResetState) throws(DeviceFault) -> Wire.Message {
    guard state != .running else { throw runActive }
    engine.reset(seed: reset.seed)
    return runReport
  }

  func readSegment(_ read: Wire.SegmentRead) throws(DeviceFault) -> Wire.Message {
    let index = try segment(read.segment, offset: read.offset, count: read.count)
    let start = Int(read.offset)
    let count = min(Int(read.count), Wire.SegmentData.maximumDataBytes)
    let data = Array(engine.bytes(ofSegment: index)[start..<start + count])
    return .segmentData(.init(segment: read.segment, offset: read.offset, data: data))
  }

  mutating func writeSegment(_ write: Wire.SegmentWrite) throws(DeviceFault) -> Wire.Message {
    guard state != .running else { throw runActive }
    let count = UInt32(write.data.count)
    let index = try segment(write.segment, offset: write.offset, count: count)
    engine.write(write.data, at: Int(write.offset), toSegment: index)
    return .segmentWritten(.init(segment: write.segment, offset: write.offset, count: count))
  }

  /// The place of a segment whose bytes `offset ..< offset + count` exist.
  private func segment(
    _ kind: Wire.SegmentKind, offset: UInt32, count: UInt32
  ) throws(DeviceFault) -> Int {
    guard let index = engine.segments.firstIndex(where: { $0.kind == kind }) else {
      throw DeviceFault(.segmentUnknown, context: UInt32(kind.rawValue))
    }
    let byteCount = engine.segments[index].byteCount
    guard offset <= byteCount, count <= byteCount - offset else {
      throw DeviceFault(.segmentRange, context: byteCount)
    }
    return index
  }

  private var runActive: DeviceFault {
    DeviceFault(.runActive, context: UInt32(truncatingIfNeeded: run))
  }
}

extension Wire.RunBegin {
  /// Bit 0 of `flags`: put the initial weights back first.
  static let resetFlag: UInt8 = 1
}

extension Wire.SegmentData {
  /// Most bytes in one answer (Protocol/schema.json).
  static let maximumDataBytes = 600
}
