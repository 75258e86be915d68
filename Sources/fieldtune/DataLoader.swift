import ArtifactManifest
import Coordinator
import Datasets
import Foundation

/// Reads data sets as the codes of one model's input and the targets of its loss.
struct DataLoader {
  let input: ArtifactManifest.Input
  let output: ArtifactManifest.Output
  let loss: ArtifactManifest.Loss
  let encoder: InputEncoder

  init(
    input: ArtifactManifest.Input, output: ArtifactManifest.Output, loss: ArtifactManifest.Loss, inputScale: String
  ) throws(Failure) {
    guard let inputScale = InputScale(inputScale) else {
      throw Failure(.usage, code: "usage", "--input-scale: found '\(inputScale)', expected auto, raw or a number")
    }
    self.input = input
    self.output = output
    self.loss = loss
    encoder = InputEncoder(scale: input.scale, zeroPoint: input.zeroPoint, inputScale: inputScale)
  }

  init(_ manifest: ArtifactManifest, inputScale: String) throws(Failure) {
    try self.init(input: manifest.input, output: manifest.output, loss: manifest.loss, inputScale: inputScale)
  }

  /// - Parameter liveCount: how many samples to take of a live source.
  func load(_ text: String, liveCount: Int?) async throws -> SampleSet {
    let specification = try DataSpecification.parse(text)
    if case .live(let path) = specification { return try await collect(path, count: liveCount) }
    let data = try specification.load()
    try data.validate(inputBytes: input.bytes)
    let targets = try self.targets(of: data)
    return SampleSet(
      inputBytes: input.bytes, labels: targets.map { UInt16($0.label) },
      codes: (0..<data.count).flatMap { encoder.codes(of: data.values(at: $0)).map(UInt8.init(bitPattern:)) },
      targetBytes: loss.targetBytes, targets: targets.flatMap { TargetValues.bytes(of: $0.values) })
  }

  /// What each sample is compared with.
  private func targets(of data: Dataset) throws -> [(label: Int, values: [Int16])] {
    let samples = 0..<data.count
    switch loss.kind {
    case .crossEntropy:
      try data.validate(classCount: output.classCount)
      return samples.map { (data.label(at: $0), []) }
    case .softCrossEntropy:
      try data.validate(targetCount: output.classCount)
      return try samples.map { sample in
        let values = try TargetEncoder.distribution(data.target(at: sample), place: "\(data.name): sample \(sample)")
        return (values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }, values)
      }
    case .meanSquaredError:
      try data.validate(targetCount: output.classCount)
      return samples.map {
        (0, TargetEncoder.codes(data.target(at: $0), scale: output.scale, zeroPoint: output.zeroPoint))
      }
    case .reconstruction:
      return samples.map { _ in (0, []) }
    }
  }

  /// The next samples that come in over a socket.
  private func collect(_ path: String, count: Int?) async throws -> SampleSet {
    guard let count else {
      throw Failure(.usage, code: "usage", "live:\(path): --steps N is needed: how many samples to wait for")
    }
    guard loss.targetBytes == 0 else {
      throw Failure(
        .usage, code: "usage",
        "live:\(path): its samples carry a class at most, and the loss \(loss.kind.rawValue) takes numbers; give a file")
    }
    let needsLabel = loss.kind == .crossEntropy
    let source = try await LiveSource.listen(
      path: path,
      format: LiveSampleFormat(
        valueCount: input.bytes, classCount: needsLabel ? output.classCount : nil, requiresLabel: needsLabel))
    var labels: [UInt16] = []
    var codes: [UInt8] = []
    for try await sample in source {
      labels.append(needsLabel ? UInt16(sample.label ?? 0) : 0)
      codes += encoder.codes(of: sample.values).map(UInt8.init(bitPattern:))
      if labels.count == count { break }
    }
    await source.close()
    return SampleSet(inputBytes: input.bytes, labels: labels, codes: codes)
  }
}
