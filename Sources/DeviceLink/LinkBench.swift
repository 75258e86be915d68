import WireProtocol

/// What a line carries, measured with LINK_TESTs.
package struct LinkBench: Sendable, Encodable {
  package struct Direction: Sendable, Encodable {
    /// Bytes of pattern a second.
    package var bytesPerSecond: Double
    /// Of what the line could carry at most; nil without a line rate.
    package var share: Double?
  }

  package struct RoundTrip: Sendable, Encodable {
    package var medianMicroseconds: Double
    package var p90Microseconds: Double
    package var p99Microseconds: Double
    package var longestMicroseconds: Double
    package var count: Int
  }

  /// This end's counts while the bench ran.
  package struct Frames: Sendable, Encodable {
    package var sent: Int
    package var received: Int
    package var resent: Int
    package var damaged: Int
    package var timeouts: Int
  }

  package struct Clock: Sendable, Encodable {
    /// Of the device's clock against this end's, both from their own zero.
    package var offsetSeconds: Double
    package var offsetBoundSeconds: Double
    /// In millionths; nil before a second has passed.
    package var driftPartsPerMillion: Double?
    package var driftBoundPartsPerMillion: Double?
  }

  package var board: String
  package var firmware: String
  package var baud: Int?
  package var toDevice: Direction
  package var fromDevice: Direction
  package var roundTrip: RoundTrip
  package var frames: Frames
  package var device: [String: Int]
  package var clock: Clock?
}

extension DeviceLink {
  private static let patternBytes = 600

  /// Fills the line in one direction, then in the other, then asks one small question at a time: a
  /// third of the time each.
  package func bench(for duration: Duration) async throws(DeviceLinkError) -> LinkBench {
    guard let device = conversation.device else { throw .gone(name: name) }
    let before = statistics
    let sending = try await goodput(for: duration / 3, out: Self.patternBytes, back: 0)
    let receiving = try await goodput(for: duration / 3, out: 0, back: Self.patternBytes)
    let trips = try await roundTrips(for: duration / 3)
    let after = statistics
    let counters = try await counters()
    return LinkBench(
      board: device.board, firmware: device.info.firmware, baud: baud, toDevice: sending,
      fromDevice: receiving, roundTrip: trips,
      frames: .init(
        sent: after.framesSent - before.framesSent, received: after.framesReceived - before.framesReceived,
        resent: after.framesResent - before.framesResent, damaged: after.damaged - before.damaged,
        timeouts: after.timeouts - before.timeouts),
      device: counters.counts, clock: conversation.clock.flatMap(LinkBench.Clock.init))
  }

  private func goodput(
    for duration: Duration, out: Int, back: Int
  ) async throws(DeviceLinkError) -> LinkBench.Direction {
    let start = clock.now()
    let end = start + duration
    var number: UInt32 = 0
    var bytes = 0
    var last = start
    var fault: DeviceLinkError?
    try await stream({ self.clock.now() < end ? self.test(&number, out: out, back: back) : nil }) { answer in
      guard case .linkTestReport(let report) = answer else { return }
      if Int(report.receivedBytes) != out || report.pattern.count != back {
        fault = .unexpected(
          name: self.name,
          what: "LINK_TEST of \(out) bytes for \(back): found \(report.receivedBytes) and \(report.pattern.count)")
      }
      bytes += out + back
      last = self.clock.now()
    }
    if let fault { throw fault }
    let rate = Double(bytes) / max((last - start).inSeconds, 1e-9)
    return .init(bytesPerSecond: rate, share: pump.line.map { rate * 10 / Double($0.bitsPerSecond) })
  }

  private func roundTrips(for duration: Duration) async throws(DeviceLinkError) -> LinkBench.RoundTrip {
    let end = clock.now() + duration
    var number: UInt32 = 0
    var trips: [Double] = []
    repeat {
      let asked = clock.now()
      _ = try await call(test(&number, out: 8, back: 8))
      trips.append((clock.now() - asked).inSeconds * 1e6)
    } while clock.now() < end
    trips.sort()
    func percentile(_ share: Double) -> Double { trips[min(trips.count - 1, Int(share * Double(trips.count)))] }
    return .init(
      medianMicroseconds: percentile(0.5), p90Microseconds: percentile(0.9), p99Microseconds: percentile(0.99),
      longestMicroseconds: percentile(1), count: trips.count)
  }

  private func test(_ number: inout UInt32, out: Int, back: Int) -> Wire.Message {
    number = (number + 1) & ~SpeedTest.numberMark
    let seed = number
    return .linkTest(
      .init(
        number: number, answerBytes: UInt16(back),
        pattern: (0..<out).map { UInt8(truncatingIfNeeded: (UInt32($0) &+ seed) &* 2_654_435_761 >> 24) }))
  }
}

extension LinkBench.Clock {
  fileprivate init?(_ clock: ClockAlignment) {
    guard let offset = clock.offset else { return nil }
    self.init(
      offsetSeconds: offset.value.inSeconds, offsetBoundSeconds: offset.bound.inSeconds,
      driftPartsPerMillion: clock.drift.map { $0.value * 1e6 },
      driftBoundPartsPerMillion: clock.drift.map { $0.bound * 1e6 })
  }
}

extension Wire.LinkCountersReport {
  /// Every field by its name.
  package var counts: [String: Int] {
    let fields = Mirror(reflecting: self).children.compactMap { field -> (String, Int)? in
      guard let name = field.label, let value = field.value as? UInt32 else { return nil }
      return (name, Int(value))
    }
    return Dictionary(uniqueKeysWithValues: fields)
  }
}
