import FirmwareRuntime
import Testing
import WireProtocol

/// Faulty wires in front of both decoders: nothing wrong is accepted, and the next frame is.
@Suite struct FrameFaultTests {
  private static let key: UInt32 = 0x0BAD_CAFE
  static let bodyCounts = [0, 1, 8, 23]

  @Test(arguments: bodyCounts)
  func decoders_acceptNoSingleFault(_ bodyCount: Int) {
    let wire = frame(bodyCount).wire(key: Self.key)
    for index in wire.indices {
      for bit in 0..<8 { check(wire, "bit \(bit) of byte \(index)") { $0[index] ^= 1 << bit } }
      for value in UInt8.min...UInt8.max {
        check(wire, "byte \(index) is \(value)") { $0[index] = value }
        check(wire, "\(value) before byte \(index)") { $0.insert(value, at: index) }
      }
      check(wire, "byte \(index) lost") { $0.remove(at: index) }
      check(wire, "byte \(index) doubled") { $0.insert($0[index], at: index) }
      check(wire, "cut before byte \(index)") { $0.removeSubrange(index...) }
    }
  }

  @Test(arguments: [0, 8])
  func decoders_acceptNoTwoFlips(_ bodyCount: Int) {
    let wire = frame(bodyCount).wire(key: Self.key)
    for first in 0..<wire.count * 8 {
      for second in first + 1..<wire.count * 8 {
        check(wire, "bits \(first) and \(second)") {
          $0[first / 8] ^= 1 << (first % 8)
          $0[second / 8] ^= 1 << (second % 8)
        }
      }
    }
  }

  /// Garbage in pieces of any size: the same events whole, byte by byte and merged, in both
  /// languages, and no crash.
  @Test func decoders_agreeOnGarbage() {
    for seed in 1...200 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      var bytes: [UInt8] = []
      for _ in 0..<20 {
        let size = Int.random(in: 0...900, using: &random)
        bytes += random.happens(0.5) ? frame(size % 600).wire(key: Self.key) : random.bytes(size)
        if random.happens(0.5) { bytes.append(0) }
      }
      #expect(swiftEvents(bytes) == firmwareEvents(bytes), "seed \(seed)")
    }
  }

  @Test func endpoints_ignoreGarbageAndEchoes() {
    var random = SeededGenerator(seed: 5)
    var host = HostEndpoint(session: 3)
    let device = FirmwareDevice(bootID: 1, slots: 2, inputBytes: 64)
    for now in 1...200 as ClosedRange<UInt64> {
      let garbage = random.bytes(300)
      host.receive(garbage, now: now)
      device.receive(garbage, now: now)
      if let echo = host.nextFrame(now: now * 10_000) { host.receive([0] + echo, now: now) }
      #expect(device.nextFrame(now: now) == nil, "the device speaks before any hello")
    }
    #expect(!host.isConnected && host.takeEvents().isEmpty && host.statistics.echoes > 0)
  }

  private func frame(_ bodyCount: Int) -> Frame {
    var frame = Frame(kind: .data, sender: .host, epoch: 2)
    frame.sequence = 0x0100
    frame.body = (0..<bodyCount).map { UInt8($0 % 3 * 127) }
    return frame
  }

  /// Faulty bytes, then two good frames: of the frames that come out, all are ones that were sent,
  /// and the last good one is among them.
  private func check(_ wire: [UInt8], _ name: String, _ fault: (inout [UInt8]) -> Void) {
    var bytes = wire
    fault(&bytes)
    var next = Frame(kind: .ack, sender: .host, epoch: 2)
    next.acknowledged = 9
    bytes += next.wire(key: Self.key) + next.wire(key: Self.key)
    let swift = swiftEvents(bytes)
    let isHarmless = swift.frames.allSatisfy { $0 == wire || $0 == next.wire(key: Self.key) }
    if !isHarmless || swift.frames.last != next.wire(key: Self.key) || swift != firmwareEvents(bytes) {
      Issue.record("\(name): \(swift)")
    }
  }

  private struct Events: Equatable {
    var frames: [[UInt8]] = []
    var errors: [UInt8] = []
  }

  private func swiftEvents(_ bytes: [UInt8]) -> Events {
    var decoder = FrameDecoder(key: Self.key)
    var events = Events()
    for byte in bytes {
      switch decoder.take(byte) {
      case nil: break
      case .success(let frame): events.frames.append(frame.wire(key: Self.key))
      case .failure(let error): events.errors.append(error.rawValue)
      }
    }
    return events
  }

  private func firmwareEvents(_ bytes: [UInt8]) -> Events {
    var decoder = frame_decoder()
    frame_decoder_start(&decoder)
    decoder.key = Self.key
    decoder.has_key = true
    var events = Events()
    bytes.withUnsafeBufferPointer { bytes in
      guard var next = bytes.baseAddress else { return }
      let end = next + bytes.count
      while next < end {
        // One byte, then as many as there are.
        for piece in [next + 1, end] where next < end {
          var cursor: UnsafePointer<UInt8>? = next
          let event = frame_decoder_take(&decoder, &cursor, piece)
          next = cursor ?? end
          note(event, decoder, &events)
        }
      }
    }
    return events
  }

  private func note(_ event: frame_event, _ decoder: frame_decoder, _ events: inout Events) {
    if event == FRAME_GOOD {
      var header = decoder.header
      var wire = [UInt8](repeating: 0, count: 657)
      let count = wire.withUnsafeMutableBufferPointer {
        var space = cobs_space_make($0.baseAddress, UInt32($0.count))
        return frame_encode(&header, decoder.body, UInt32(decoder.body_count), Self.key, &space)
      }
      events.frames.append(Array(wire.prefix(Int(count))))
    } else if event != FRAME_NONE {
      events.errors.append(UInt8(event.rawValue))
    }
  }
}
