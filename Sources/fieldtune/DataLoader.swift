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

  func load(_ text: String) throws -> SampleSet {
    let specification = try DataSpecification.parse(text)
    let data = try specification.load()
    try data.validate(inputBytes: input.bytes)
    let targets = try self.targets(of: data)
    return SampleSet(
      inputBytes: input.bytes, labels: targets.map { UInt16($0.label) },
      codes: (0..<data.count).flatMap { encoder.codes(of: data.values(at: $0)).map(UInt8.init(bitPattern:)) },
      targetBytes: loss.targetBytes, targets: targets.flatMap { TargetValues.bytes(of: $0.values) })
  }

  /// None yet, for a run whose samples come in while it is under way.
  var noSamples: SampleSet { SampleSet(inputBytes: input.bytes, labels: [], codes: [], targetBytes: loss.targetBytes) }

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
}
