import WireProtocol

/// The training state: digests, checkpoints.
extension DeviceLink {
  /// The digest of the training state, FNV-1a over the segments.
  package func digest() async throws(DeviceLinkError) -> Wire.DigestReport {
    guard case .digestReport(let report) = try await call(.digest(.init())) else {
      throw unexpectedAnswer(to: .digest)
    }
    return report
  }

  /// Has the device keep its training state, and where it stands, through a loss of its power. It is of one moment only
  /// when no sample is on its way.
  package func keepState() async throws(DeviceLinkError) -> Wire.StateKept {
    guard case .stateKept(let report) = try await call(.stateKeep(.init())) else {
      throw unexpectedAnswer(to: .stateKeep)
    }
    return report
  }

  /// What the device's end of the link has counted since boot.
  package func counters() async throws(DeviceLinkError) -> Wire.LinkCountersReport {
    guard case .linkCountersReport(let report) = try await call(.linkCounters(.init())) else {
      throw unexpectedAnswer(to: .linkCounters)
    }
    return report
  }

  /// Completes a copy of the training state. What is there when it throws stays in `reading`. It is of
  /// one moment only when no sample is on its way.
  package func read(_ reading: inout StateReading) async throws(DeviceLinkError) {
    while !reading.isComplete {
      reading.rewind()
      let pieceBytes = pieceBytes
      let before = reading.byteCount
      try await stream({ reading.nextRequest(pieceBytes: pieceBytes) }) { answer in
        guard case .segmentData(let data) = answer else { return }
        _ = reading.take(data)
      }
      guard reading.byteCount > before else { throw unexpectedAnswer(to: .segmentRead) }
    }
  }

  /// Overwrites the whole training state; no run may be open. What the device has when it throws is
  /// counted in `writing`.
  ///
  /// - Throws: `.otherSegments` when they are not those of the device; nothing is written then.
  package func write(_ writing: inout StateWriting) async throws(DeviceLinkError) {
    guard let device = conversation.device else { throw .gone(name: name) }
    let expected = device.info.segments.map { "\($0.kind) \($0.byteCount) B" }
    let found = writing.segments.map { "\($0.kind) \($0.bytes.count) B" }
    guard found == expected else {
      throw .otherSegments(
        name: name, found: found.joined(separator: ", "), expected: expected.joined(separator: ", "))
    }
    writing.rewind()
    let pieceBytes = pieceBytes
    try await stream({ writing.nextRequest(pieceBytes: pieceBytes) }) { answer in
      if case .segmentWritten(let report) = answer { writing.confirm(report) }
    }
  }

  /// Several fragments of what the line's noise allows, so that a broken connection costs little.
  private var pieceBytes: Int {
    min(max(4 * conversation.fragmentBytes, 128), StateSegment.bytesPerMessage)
  }

  /// Sends requests, some ahead, as long as there are any, and hands over the answers in order.
  func stream(
    _ next: () -> Wire.Message?, _ take: (Wire.Message) -> Void
  ) async throws(DeviceLinkError) {
    var ids: [Conversation.CallID] = []
    var failure: DeviceLinkError?
    while true {
      while failure == nil, ids.count < 2 * policy.callsInFlight, let request = next() { ids += ask([request]) }
      guard !ids.isEmpty else { break }
      switch await result(of: ids.removeFirst()) {
      case .success(let answer): if failure == nil { take(answer) }
      case .failure(let error): failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  private func unexpectedAnswer(to kind: Wire.MessageKind) -> DeviceLinkError {
    .unexpected(name: name, what: "\(kind) was answered by something else")
  }
}
