import WireProtocol

/// The training state: digests, checkpoints, clocks.
extension DeviceLink {
  /// The digest of the training state, FNV-1a over the segments.
  package func digest() async throws(DeviceLinkError) -> Wire.DigestReport {
    guard case .digestReport(let report) = try await call(.digest(.init())) else {
      throw unexpectedAnswer(to: .digest)
    }
    return report
  }

  /// The device's counter, and this side's clock when the answer came.
  package func time() async throws(DeviceLinkError) -> (report: Wire.TimeReport, answeredAt: Duration) {
    let microseconds = clock.now().microseconds
    guard case .timeReport(let report) = try await call(.time(.init(hostMicroseconds: microseconds)))
    else { throw unexpectedAnswer(to: .time) }
    return (report, clock.now())
  }

  /// A copy of the whole training state. It is of one moment only when no sample is on its way.
  package func readSegments() async throws(DeviceLinkError) -> [StateSegment] {
    var segments: [StateSegment] = []
    for info in try segmentTable() {
      let requests = StateSegment.pieces(of: Int(info.byteCount)).map { piece in
        Wire.Message.segmentRead(
          .init(segment: info.kind, offset: UInt32(piece.lowerBound), count: UInt32(piece.count)))
      }
      var bytes: [UInt8] = []
      for answer in try await call(requests) {
        guard case .segmentData(let data) = answer, Int(data.offset) == bytes.count else {
          throw unexpectedAnswer(to: .segmentRead)
        }
        bytes += data.data
      }
      guard bytes.count == Int(info.byteCount) else { throw unexpectedAnswer(to: .segmentRead) }
      segments.append(StateSegment(kind: info.kind, bytes: bytes))
    }
    return segments
  }

  /// Overwrites the whole training state; no run may be open.
  ///
  /// - Throws: `.otherSegments` when they are not those of the device; nothing is written then.
  package func writeSegments(_ segments: [StateSegment]) async throws(DeviceLinkError) {
    let expected = try segmentTable().map { "\($0.kind) \($0.byteCount) B" }
    let found = segments.map { "\($0.kind) \($0.bytes.count) B" }
    guard found == expected else {
      throw .otherSegments(
        name: name, found: found.joined(separator: ", "), expected: expected.joined(separator: ", "))
    }
    let requests = segments.flatMap { segment in
      StateSegment.pieces(of: segment.bytes.count).map { piece in
        Wire.Message.segmentWrite(
          .init(
            segment: segment.kind, offset: UInt32(piece.lowerBound),
            data: Array(segment.bytes[piece])))
      }
    }
    _ = try await call(requests)
  }

  private func segmentTable() throws(DeviceLinkError) -> [Wire.SegmentInfo] {
    guard let device = conversation.device else { throw .gone(name: name) }
    return device.info.segments
  }

  private func unexpectedAnswer(to kind: Wire.MessageKind) -> DeviceLinkError {
    .unexpected(name: name, what: "\(kind) was answered by something else")
  }
}
