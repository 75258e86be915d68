import ArtifactManifest
import Coordinator
import Datasets
import Foundation

/// Reads data sets as the codes of one model's input.
struct DataLoader {
  let inputBytes: Int
  let classCount: Int
  let encoder: InputEncoder

  init(scale: Float, zeroPoint: Int, inputBytes: Int, classCount: Int, inputScale: String) throws(Failure) {
    guard let inputScale = InputScale(inputScale) else {
      throw Failure(.usage, code: "usage", "--input-scale: found '\(inputScale)', expected auto, raw or a number")
    }
    self.inputBytes = inputBytes
    self.classCount = classCount
    encoder = InputEncoder(scale: scale, zeroPoint: zeroPoint, inputScale: inputScale)
  }

  init(_ manifest: ArtifactManifest, inputScale: String) throws(Failure) {
    try self.init(
      scale: manifest.input.scale, zeroPoint: manifest.input.zeroPoint, inputBytes: manifest.input.bytes,
      classCount: manifest.output.classCount, inputScale: inputScale)
  }

  /// - Parameter liveCount: how many samples to take of a live source.
  func load(_ text: String, liveCount: Int?) async throws -> SampleSet {
    let specification = try DataSpecification.parse(text)
    if case .live(let path) = specification { return try await collect(path, count: liveCount) }
    let data = try specification.load()
    try data.validate(inputBytes: inputBytes)
    try data.validate(classCount: classCount)
    return SampleSet(
      inputBytes: inputBytes, labels: (0..<data.count).map { UInt16(data.label(at: $0)) },
      codes: (0..<data.count).flatMap { encoder.codes(of: data.values(at: $0)).map(UInt8.init(bitPattern:)) })
  }

  /// The next samples that come in over a socket.
  private func collect(_ path: String, count: Int?) async throws -> SampleSet {
    guard let count else {
      throw Failure(.usage, code: "usage", "live:\(path): --steps N is needed: how many samples to wait for")
    }
    let source = try await LiveSource.listen(
      path: path, format: LiveSampleFormat(valueCount: inputBytes, classCount: classCount))
    var labels: [UInt16] = []
    var codes: [UInt8] = []
    for try await sample in source {
      labels.append(UInt16(sample.label ?? 0))
      codes += encoder.codes(of: sample.values).map(UInt8.init(bitPattern:))
      if labels.count == count { break }
    }
    await source.close()
    return SampleSet(inputBytes: inputBytes, labels: labels, codes: codes)
  }
}
