import WireProtocol

/// A host that streams samples and resumes where the device's hello says.
final class HostSession: SimulatedEnd {
  private(set) var endpoint: HostEndpoint
  let sampleCount: UInt32
  let inputBytes: Int
  private var nextIndex: UInt32 = 0
  private var maximumQueuedBytes = 16_384
  /// Indices of the STEPs that came, in order, since the latest boot of the device.
  private(set) var answered: [UInt32] = []
  private(set) var connections = 0
  private(set) var losses: [LinkLoss] = []
  private(set) var refusals = 0
  private(set) var problems: [String] = []

  init(session: UInt64 = 99, sampleCount: UInt32, inputBytes: Int) {
    endpoint = HostEndpoint(session: session)
    self.sampleCount = sampleCount
    self.inputBytes = inputBytes
  }

  var deadline: UInt64? { endpoint.deadline }

  func unplug(now: UInt64) {
    endpoint.restart(now: now)
    handleEvents()
  }

  func receive(_ bytes: [UInt8], now: UInt64) {
    endpoint.receive(bytes, now: now)
    handleEvents()
  }

  func nextFrame(now: UInt64) -> [UInt8]? {
    while nextIndex < sampleCount, endpoint.isConnected,
      endpoint.unacknowledgedSampleBytes < maximumQueuedBytes,
      endpoint.send(.sample(SampleStream.sample(nextIndex, inputBytes: inputBytes)))
    {
      nextIndex += 1
    }
    let frame = endpoint.nextFrame(now: now)
    handleEvents()
    return frame
  }

  private func handleEvents() {
    for event in endpoint.takeEvents() {
      switch event {
      case .connected(let info):
        connections += 1
        nextIndex = info?.nextIndex ?? 0
      case .disconnected(let loss): losses.append(loss)
      case .refused: refusals += 1
      case .message(.step(let step)):
        if step != SampleStream.step(step.index) { problems.append("STEP \(step.index) differs") }
        answered.append(step.index)
      case .message(let message): problems.append("unexpected \(message)")
      case .malformed(let error): problems.append("\(error)")
      }
    }
  }
}
