import WireProtocol

/// A host that opens a run, keeps a window of samples on their way, and takes up after a broken connection where the
/// device says it stands.
final class SampleHost {
  private(set) var endpoint = HostEndpoint(session: 5)
  private let sampleCount: UInt32
  private let inputBytes: Int
  /// Samples sent and not answered: at most as many as the device keeps records.
  private let window: UInt32 = 8
  private var isOpen = false
  private var nextIndex: UInt32 = 0
  private(set) var answeredCount: UInt32 = 0
  /// Of each index, when its first answer came, and that answer.
  private(set) var answers: [(time: UInt64, step: Wire.Step)] = []
  private(set) var others: [(time: UInt64, message: Wire.Message)] = []
  private(set) var connections = 0

  init(sampleCount: UInt32, inputBytes: Int) {
    self.sampleCount = sampleCount
    self.inputBytes = inputBytes
  }

  /// The bytes of a sample, its index in front.
  static func input(_ index: UInt32, count: Int) -> [UInt8] {
    var random = SeededGenerator(seed: UInt64(index) + 1)
    let bytes = random.bytes(count)
    return (0..<4).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) } + bytes.dropFirst(4)
  }

  func restart(now: UInt64) {
    endpoint.restart(now: now)
    takeEvents(now)
  }

  func ask(_ message: Wire.Message) -> Bool { endpoint.send(message) }

  func receive(_ bytes: [UInt8], now: UInt64) {
    endpoint.receive(bytes, now: now)
    takeEvents(now)
  }

  func nextFrame(now: UInt64) -> [UInt8]? {
    while isOpen, nextIndex < min(sampleCount, answeredCount + window), endpoint.send(.sample(sample(nextIndex))) {
      nextIndex += 1
    }
    let frame = endpoint.nextFrame(now: now)
    takeEvents(now)
    return frame
  }

  private func sample(_ index: UInt32) -> Wire.Sample {
    Wire.Sample(
      run: 7, index: index, mode: .train, label: 0, rateMantissa: 1 << 30, rateShift: 37, momentum: 0, decay: 0,
      flags: 0, input: Self.input(index, count: inputBytes))
  }

  private func takeEvents(_ now: UInt64) {
    for event in endpoint.takeEvents() {
      switch event {
      case .connected:
        connections += 1
        isOpen = false
        _ = endpoint.send(.runBegin(.init(run: 7, seed: 1, firstIndex: 0, flags: 1)))
      case .disconnected: isOpen = false
      case .message(.runReport):
        isOpen = true
        nextIndex = answeredCount
      case .message(.step(let step)) where step.index == answeredCount:
        answeredCount += 1
        answers.append((now, step))
      case .message(.step): break
      case .message(let message): others.append((now, message))
      case .malformed, .refused: break
      }
    }
  }
}
