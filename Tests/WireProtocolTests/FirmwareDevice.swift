import FirmwareRuntime
import WireProtocol

/// The device's end in C: the firmware's own link, linked as a library.
final class FirmwareDevice: SimulatedEnd {
  private let link = UnsafeMutablePointer<FirmwareRuntime.link>.allocate(capacity: 1)
  private static let transmitRingBytes = 1024
  private let ring = UnsafeMutablePointer<UInt8>.allocate(capacity: transmitRingBytes)
  private var ringStart: UInt32 = 0
  private let inputBytes: Int
  private let slots: UInt32
  private var partial: [UInt8] = []
  private(set) var log = SampleLog()
  private(set) var connectionCount = 0
  private(set) var messages: [Wire.Message] = []
  private var calls = 0
  var isReluctant = false

  init(bootID: UInt32, slots: UInt16, inputBytes: Int) {
    self.inputBytes = inputBytes
    self.slots = UInt32(slots)
    link.initialize(to: FirmwareRuntime.link())
    link_init(link, client, bootID)
  }

  deinit {
    link.deallocate()
    ring.deallocate()
  }

  var counters: link_counters { link.pointee.counters }
  var isConnected: Bool { link_is_connected(link) }

  /// The C end is polled, as the main loop of a board does.
  var deadline: UInt64? { (lastPoll / 5_000 + 1) * 5_000 }
  private var lastPoll: UInt64 = 0

  private var client: link_client {
    link_client(
      context: Unmanaged.passUnretained(self).toOpaque(),
      identify: { context, bytes, capacity in FirmwareDevice.of(context)?.identify(bytes, capacity) ?? 0 },
      connected: { context in FirmwareDevice.of(context)?.connected() },
      disconnected: { _ in },
      message: { context, _, bytes, count in
        let bytes = UnsafeBufferPointer(start: bytes, count: Int(count))
        return FirmwareDevice.of(context)?.message(bytes) ?? false
      },
      sample: { context, bytes, count, isFirst, isLast in
        let bytes = UnsafeBufferPointer(start: bytes, count: Int(count))
        return FirmwareDevice.of(context)?.sample(bytes, isFirst, isLast) ?? false
      },
      sample_credit: { context in FirmwareDevice.of(context)?.credit ?? 0 })
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> FirmwareDevice? {
    context.map { Unmanaged<FirmwareDevice>.fromOpaque($0).takeUnretainedValue() }
  }

  /// As the session grants it: the free bytes of its queue.
  private var credit: UInt32 { slots * UInt32(inputBytes + 23) - UInt32(partial.count) }

  private func connected() {
    connectionCount += 1
    partial = []
    log.unsent = []
  }

  private func identify(_ bytes: UnsafeMutablePointer<UInt8>?, _ capacity: UInt32) -> UInt32 {
    var info = wire_device_info()
    info.boot_id = link.pointee.boot_id
    info.sample_queue_bytes = slots * UInt32(inputBytes + 23)
    info.input_bytes = UInt32(inputBytes)
    info.run = 7
    info.next_index = log.nextIndex
    return wire_device_info_encode(&info, bytes, capacity)
  }

  /// Puts off every third call where `isReluctant`.
  private var putsOff: Bool {
    calls += 1
    return isReluctant && calls % 3 == 0
  }

  private func message(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if putsOff { return false }
    do {
      messages.append(try Wire.Message(Array(bytes), from: .host))
    } catch {
      log.complain("\(error)")
    }
    return true
  }

  private func sample(
    _ bytes: UnsafeBufferPointer<UInt8>, _ isFirst: Bool, _ isLast: Bool
  ) -> Bool {
    if putsOff { return false }
    if isFirst { partial = [] }
    partial += bytes
    guard isLast else { return true }
    do {
      if case .sample(let sample) = try Wire.Message(partial, from: .host) { log.take(sample) }
    } catch {
      log.complain("\(error)")
    }
    partial = []
    return true
  }

  func receive(_ bytes: [UInt8], now: UInt64) {
    link_feed(link, bytes, UInt32(bytes.count), UInt32(truncatingIfNeeded: now / 1000))
  }

  func nextFrame(now: UInt64) -> [UInt8]? {
    lastPoll = now
    while let index = log.unsent.first, send(SampleStream.step(index)) {
      log.unsent.removeFirst()
    }
    // A ring, as on a board: the frame may go over its end.
    var space = cobs_space_make(ring, UInt32(Self.transmitRingBytes))
    space.start = ringStart
    let count = link_poll(link, UInt32(truncatingIfNeeded: now / 1000), &space)
    let frame = (0..<count).map { ring[Int((ringStart + $0) % space.size)] }
    ringStart = (ringStart + count) % space.size
    return frame.isEmpty ? nil : frame
  }

  func send(_ step: Wire.Step) -> Bool {
    let bytes = step.bytes
    return link_send(link, Wire.Channel.telemetry.rawValue, bytes, UInt32(bytes.count))
  }

  func post(_ step: Wire.Step) {
    let bytes = step.bytes
    link_post(link, Wire.Channel.telemetry.rawValue, bytes, UInt32(bytes.count))
  }
}
