import WireProtocol

/// What a simulated device does with samples: applies each once, in order, and answers it.
struct SampleLog {
  private(set) var nextIndex: UInt32 = 0
  private(set) var problems: [String] = []
  /// Answers that found no room yet.
  var unsent: [UInt32] = []

  mutating func take(_ sample: Wire.Sample) {
    if sample != SampleStream.sample(sample.index, inputBytes: sample.input.count) {
      problems.append("sample \(sample.index): contents differ")
    }
    if sample.index != nextIndex {
      problems.append("sample \(sample.index): expected \(nextIndex)")
    }
    nextIndex = sample.index + 1
    unsent.append(sample.index)
  }

  mutating func complain(_ problem: String) { problems.append(problem) }
}
