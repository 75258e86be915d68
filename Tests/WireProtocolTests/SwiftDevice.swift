import WireProtocol

/// The device's end in Swift.
final class SwiftDevice: SimulatedEnd {
  private var endpoint: DeviceEndpoint
  private let inputBytes: Int
  private let slots: UInt16
  private(set) var log = SampleLog()

  init(bootID: UInt32, slots: UInt16, inputBytes: Int) {
    self.inputBytes = inputBytes
    self.slots = slots
    endpoint = DeviceEndpoint(
      identity: SampleStream.info(
        bootID: bootID, nextIndex: 0, slots: slots, inputBytes: inputBytes))
    grant()
  }

  var deadline: UInt64? { endpoint.deadline }
  var statistics: LinkStatistics { endpoint.statistics }

  private func grant() {
    endpoint.sampleCreditBytes = Int(slots) * (inputBytes + 23)
    endpoint.identity.nextIndex = log.nextIndex
  }

  func receive(_ bytes: [UInt8], now: UInt64) {
    endpoint.receive(bytes, now: now)
    for event in endpoint.takeEvents() {
      switch event {
      case .connected: log.unsent = []
      case .message(.sample(let sample)):
        log.take(sample)
        grant()
      case .disconnected: break
      case .message, .malformed, .refused: log.complain("\(event)")
      }
    }
  }

  func nextFrame(now: UInt64) -> [UInt8]? {
    while let index = log.unsent.first, endpoint.send(.step(SampleStream.step(index))) {
      log.unsent.removeFirst()
    }
    return endpoint.nextFrame(now: now)
  }
}
