import WireProtocol

/// Calls about the line. A device in Swift sits on memory or a socket, which have no speed.
extension DeviceSession {
  func answer(to test: Wire.LinkTest) -> Wire.Message {
    let pattern = (0..<min(UInt32(test.answerBytes), Wire.LinkTestReport.maximumPatternBytes)).map { index in
      UInt8(truncatingIfNeeded: 167 &* (test.number &+ index) &+ 13)
    }
    return .linkTestReport(
      .init(number: test.number, receivedBytes: UInt16(test.pattern.count), pattern: pattern))
  }

  func refusal(ofSpeed bitsPerSecond: UInt32) -> Wire.Message {
    .speedReport(.init(bitsPerSecond: bitsPerSecond, state: .refused))
  }
}

extension Wire.LinkCountersReport {
  /// Of a device without a UART.
  init(_ statistics: LinkStatistics) {
    self.init(
      framesReceived: UInt32(clamping: statistics.framesReceived), framesSent: UInt32(clamping: statistics.framesSent),
      framesResent: UInt32(clamping: statistics.framesResent), timeouts: UInt32(clamping: statistics.timeouts),
      duplicates: UInt32(clamping: statistics.duplicates), refused: 0, damaged: UInt32(clamping: statistics.damaged),
      malformed: UInt32(clamping: statistics.malformed), bytesDropped: 0, overruns: 0, framingErrors: 0,
      noiseErrors: 0)
  }
}

extension Wire.LinkTestReport {
  /// Most bytes of pattern in one answer (Protocol/schema.json).
  static let maximumPatternBytes: UInt32 = 600
}
