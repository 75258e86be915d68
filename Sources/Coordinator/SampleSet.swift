import ArtifactManifest

/// Samples as a device takes them: int8 codes and labels, in the order of their source.
package struct SampleSet: Hashable, Sendable, Codable {
  /// Bytes of one sample.
  package let inputBytes: Int
  package let labels: [UInt16]
  /// `labels.count * inputBytes` int8 codes, as bytes.
  package let codes: [UInt8]

  package init(inputBytes: Int, labels: [UInt16], codes: [UInt8]) {
    precondition(
      codes.count == labels.count * inputBytes,
      "\(codes.count) codes for \(labels.count) samples of \(inputBytes) bytes")
    self.inputBytes = inputBytes
    self.labels = labels
    self.codes = codes
  }

  package var count: Int { labels.count }

  package func input(_ sample: Int) -> [Int8] {
    codes[sample * inputBytes..<(sample + 1) * inputBytes].map(Int8.init(bitPattern:))
  }

  /// The first `count` samples.
  package func prefix(_ count: Int) -> SampleSet {
    let kept = min(count, self.count)
    return SampleSet(
      inputBytes: inputBytes, labels: Array(labels.prefix(kept)), codes: Array(codes.prefix(kept * inputBytes)))
  }

  /// Adds labels and codes to a digest.
  package func update(_ digest: inout Digest64) {
    for label in labels { digest.update([UInt8(label & 255), UInt8(label >> 8)]) }
    digest.update(codes)
  }
}
