import ArtifactManifest
import DeviceLink
import Testing
import WireProtocol

/// A course of samples for a model: the same numbers on every device.
struct Course {
  let artifact: Artifact

  /// The sample at a position: one in five evaluates, the others train; with velocities in batches of four, with momentum
  /// and weight decay.
  func sample(_ index: UInt32) -> DeviceSample {
    var state = UInt64(index) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    let hasVelocities = artifact.manifest.segments.contains { $0.kind == .velocities && $0.bytes > 0 }
    let isHeld = hasVelocities && index % 5 < 3
    return DeviceSample(
      index: index, mode: index % 5 == 4 ? .evaluate : .train,
      label: Int(next() % UInt64(artifact.manifest.output.classCount)),
      rateMantissa: 1 << 30, rateShift: 38, momentum: hasVelocities ? 58_982 : 0,
      decay: hasVelocities && !isHeld ? 256 : 0, isHeld: isHeld,
      input: (0..<artifact.manifest.input.bytes).map { _ in Int8(truncatingIfNeeded: next() >> 20) },
      target: (0..<artifact.manifest.loss.targetBytes / 2).map { _ in Int16(next() % 16384) })
  }

  /// What a run left behind, without what may differ between devices: times and line errors.
  struct Outcome: Equatable {
    var losses: [Int32] = []
    var predictions: [UInt16] = []
    var saturated: [UInt32] = []
    var unchanged: [UInt32] = []
    /// Those that came with a step, every 64 training steps.
    var digests: [UInt64] = []
    var report: Wire.RunReport
  }

  /// Runs the samples of `indices` as one run, from the initial weights or from those there.
  func run(
    _ link: DeviceLink, _ number: UInt64, _ indices: Range<UInt32>, resetsWeights: Bool
  ) async throws -> Outcome {
    let run = try await link.beginRun(
      number, seed: 3, firstIndex: indices.lowerBound, resetsWeights: resetsWeights)
    let reader = Task {
      var steps: [Wire.Step] = []
      for try await case .step(let step) in run.answers { steps.append(step) }
      return steps
    }
    for index in indices { try await link.submit(sample(index)) }
    let report = try await link.endRun()
    let steps = try await reader.value
    #expect(steps.map(\.index) == Array(indices))
    return Outcome(
      losses: steps.map(\.lossQ16), predictions: steps.map(\.prediction),
      saturated: steps.map(\.saturated), unchanged: steps.map(\.unchanged),
      digests: steps.map(\.digest).filter { $0 != 0 }, report: report)
  }
}
