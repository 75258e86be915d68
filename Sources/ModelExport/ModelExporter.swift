import ArtifactManifest

/// Puts trained weights and biases back into the model file they came from.
///
/// Invariants
///   - Bytes are replaced at the places the manifest names; every other byte of the file, and its length, stay.
///   - What stands in the exported file is what the device's forward pass computes with: the high plane of the
///     weights, and biases rounded as the kernels round them (Sources/Interpreter/SEMANTICS.md, "Forward").
///   - Training keeps scales as they are, so none are written.
package struct ModelExporter: Sendable {
  private let model: [UInt8]
  private let tensors: [ArtifactManifest.TrainedTensor]
  private let weights: Range<Int>
  private let biases: Range<Int>
  /// Bytes of the whole training state.
  package let stateBytes: Int

  /// - Parameters:
  ///   - model: the bytes of the original file.
  ///   - manifest: of the artifact that was compiled from it.
  /// - Throws: `ExportError` when the two do not belong together.
  package init(model: [UInt8], manifest: ArtifactManifest) throws {
    let hash = HexDigest(Digest64(model).value)
    guard hash == manifest.hashes.model else {
      throw Self.mismatch(
        "model '\(manifest.name)'", found: "a file with hash \(hash)", expected: manifest.hashes.model.text)
    }
    for segment in manifest.segments where !(0...1 << 32).contains(segment.bytes) {
      throw Self.mismatch("training state", found: "a segment of \(segment.bytes) B", expected: "0 to 2^32")
    }
    self.model = model
    tensors = manifest.trainedTensors
    weights = Self.range(of: .weights, in: manifest.segments)
    biases = Self.range(of: .biases, in: manifest.segments)
    stateBytes = manifest.segments.reduce(0) { $0 + $1.bytes }
    for tensor in tensors { try verify(tensor) }
    try verifyDisjoint()
  }

  /// The model file with the trained parameters of `state`, a checkpoint as the device sends it.
  ///
  /// - Throws: `ExportError` when `state` is not `stateBytes` long.
  package func model(with state: [UInt8]) throws -> [UInt8] {
    guard state.count == stateBytes else {
      throw Self.mismatch("training state", found: "\(state.count) B", expected: "\(stateBytes) B")
    }
    var file = model
    for tensor in tensors {
      switch tensor.kind {
      case .weights: copyWeights(tensor, from: state, into: &file)
      case .bias: copyBias(tensor, from: state, into: &file)
      }
    }
    return file
  }

  private func copyWeights(
    _ tensor: ArtifactManifest.TrainedTensor, from state: [UInt8], into file: inout [UInt8]
  ) {
    for row in 0..<tensor.rows {
      let source = weights.lowerBound + tensor.segmentOffset + row * tensor.trainedChannels
      let target = tensor.fileOffset + row * tensor.channels
      for (index, channel) in tensor.fileChannels.enumerated() { file[target + channel] = state[source + index] }
    }
  }

  private func copyBias(
    _ tensor: ArtifactManifest.TrainedTensor, from state: [UInt8], into file: inout [UInt8]
  ) {
    for (index, channel) in tensor.fileChannels.enumerated() {
      let source = biases.lowerBound + tensor.segmentOffset + 4 * index
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(state[source + $1]) << UInt32(8 * $1) }
      let code = Self.rounded(Int32(bitPattern: bits), fractionBits: tensor.fractionBits)
      for byte in 0..<4 {
        file[tensor.fileOffset + 4 * channel + byte] = UInt8(truncatingIfNeeded: code >> Int32(8 * byte))
      }
    }
  }

  /// Half up, as a forward pass reads a bias with extra low bits.
  private static func rounded(_ code: Int32, fractionBits: Int) -> Int32 {
    guard fractionBits > 0 else { return code }
    return Int32((Int64(code) + 1 << Int64(fractionBits - 1)) >> Int64(fractionBits))
  }

  // MARK: Checks

  /// Where a segment stands in the training state; segments follow each other without gaps.
  private static func range(
    of kind: ArtifactManifest.Segment.Kind, in segments: [ArtifactManifest.Segment]
  ) -> Range<Int> {
    var start = 0
    for segment in segments {
      if segment.kind == kind { return start..<start + segment.bytes }
      start += segment.bytes
    }
    return start..<start
  }

  private func verify(_ tensor: ArtifactManifest.TrainedTensor) throws {
    let (segment, elementBytes) = tensor.kind == .weights ? (weights, 1) : (biases, 4)
    let location = "trained tensor '\(tensor.name)'"
    let limit = max(model.count, 1)
    guard (1...limit).contains(tensor.rows), (1...limit).contains(tensor.channels),
      (1...tensor.channels).contains(tensor.trainedChannels),
      (0...24).contains(tensor.fractionBits),
      tensor.fileBytes == elementBytes * tensor.rows * tensor.channels,
      tensor.kind == .weights || (tensor.rows == 1 && tensor.trainedChannels == tensor.channels)
    else {
      throw Self.mismatch(
        location,
        found:
          "\(tensor.rows) × \(tensor.channels) codes (\(tensor.trainedChannels) trained) in \(tensor.fileBytes) B",
        expected: "\(elementBytes) B a code")
    }
    let channels = tensor.fileChannels
    guard channels.count == tensor.trainedChannels, Set(channels).count == channels.count,
      channels.allSatisfy({ (0..<tensor.channels).contains($0) })
    else {
      throw Self.mismatch(
        location, found: "the channels \(channels)", expected: "\(tensor.trainedChannels) different ones below \(tensor.channels)")
    }
    guard tensor.fileOffset >= 0, tensor.fileOffset <= model.count - tensor.fileBytes else {
      throw Self.mismatch(
        location, found: "\(tensor.fileBytes) B at byte \(tensor.fileOffset)",
        expected: "bytes within the file's \(model.count) B")
    }
    let bytes = elementBytes * tensor.rows * tensor.trainedChannels
    guard tensor.segmentOffset >= 0, tensor.segmentOffset <= segment.count - bytes else {
      throw Self.mismatch(
        location, found: "\(bytes) B at byte \(tensor.segmentOffset) of its segment",
        expected: "bytes within the segment's \(segment.count) B")
    }
  }

  /// Two tensors that share bytes of the file were trained apart, and only one of them could be written.
  private func verifyDisjoint() throws {
    let ordered = tensors.sorted { $0.fileOffset < $1.fileOffset }
    for (first, second) in zip(ordered, ordered.dropFirst())
    where first.fileOffset + first.fileBytes > second.fileOffset {
      throw ExportError(
        .mismatch, "trained tensors '\(first.name)' (\(first.layer)) and '\(second.name)' (\(second.layer))",
        found: "both at byte \(second.fileOffset) of the model file", expected: "bytes of their own",
        advice: "train one of the two layers only, or convert the model without buffer deduplication")
    }
  }

  private static func mismatch(_ location: String, found: String, expected: String) -> ExportError {
    ExportError(
      .mismatch, location, found: found, expected: expected,
      advice: "use the model file and the run of the same artifact, or compile again")
  }
}

extension ArtifactManifest.TrainedTensor {
  /// Where in a run of the file each code of a run of the state belongs.
  fileprivate var fileChannels: [Int] { channelIndices ?? Array(0..<trainedChannels) }
}
