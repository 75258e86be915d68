import ArtifactManifest

/// Samples as a device takes them: int8 codes, labels and the values of targets, in the order of their source.
package struct SampleSet: Hashable, Sendable, Codable {
  /// Bytes of one sample.
  package let inputBytes: Int
  /// 0 where the loss takes no class.
  package let labels: [UInt16]
  /// `labels.count * inputBytes` int8 codes, as bytes.
  package let codes: [UInt8]
  /// Bytes of the values of one sample's target.
  package let targetBytes: Int
  /// `labels.count * targetBytes`: int16, little-endian.
  package let targets: [UInt8]

  package init(inputBytes: Int, labels: [UInt16], codes: [UInt8], targetBytes: Int = 0, targets: [UInt8] = []) {
    precondition(
      codes.count == labels.count * inputBytes && targets.count == labels.count * targetBytes,
      "\(codes.count) codes and \(targets.count) B of targets for \(labels.count) samples of \(inputBytes) + \(targetBytes) B")
    self.inputBytes = inputBytes
    self.labels = labels
    self.codes = codes
    self.targetBytes = targetBytes
    self.targets = targets
  }

  package var count: Int { labels.count }

  package func input(_ sample: Int) -> [Int8] {
    codes[sample * inputBytes..<(sample + 1) * inputBytes].map(Int8.init(bitPattern:))
  }

  package func target(_ sample: Int) -> [Int16] {
    TargetValues.values(ofBytes: targets[sample * targetBytes..<(sample + 1) * targetBytes])
  }

  /// The first `count` samples.
  package func prefix(_ count: Int) -> SampleSet {
    let kept = min(count, self.count)
    return SampleSet(
      inputBytes: inputBytes, labels: Array(labels.prefix(kept)), codes: Array(codes.prefix(kept * inputBytes)),
      targetBytes: targetBytes, targets: Array(targets.prefix(kept * targetBytes)))
  }

  /// Adds labels, codes and targets to a digest.
  package func update(_ digest: inout Digest64) {
    for label in labels { digest.update([UInt8(label & 255), UInt8(label >> 8)]) }
    digest.update(codes)
    digest.update(targets)
  }
}
