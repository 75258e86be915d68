import ArtifactManifest
import Foundation
import Telemetry

/// An artifact and data on their way to the daemon.
///
/// Invariant: no more than `ControlLimits` allows is held, whatever is added.
package struct Upload: Sendable {
  private var parts: [UploadPart: [UInt8]] = [:]
  private var artifactBytes = 0
  private var dataBytes = 0

  package init() {}

  /// - Throws: `ControlFailure` when it becomes too large; the piece is not taken then.
  package mutating func add(_ bytes: some Collection<UInt8>, to part: UploadPart) throws(ControlFailure) {
    let (sum, limit) =
      part.isArtifact
      ? (artifactBytes + bytes.count, ControlLimits.artifactBytes) : (dataBytes + bytes.count, ControlLimits.dataBytes)
    guard sum <= limit else {
      throw ControlFailure(.request, "upload: \(part.rawValue): found more than \(limit) B in all, expected less")
    }
    if part.isArtifact { artifactBytes = sum } else { dataBytes = sum }
    parts[part, default: []].append(contentsOf: bytes)
  }

  package func manifest() throws(ControlFailure) -> ArtifactManifest {
    let manifest: ArtifactManifest
    do {
      manifest = try JSONDecoder().decode(ArtifactManifest.self, from: Data(parts[.manifest] ?? []))
    } catch {
      throw ControlFailure(.data, "upload: manifest: not one this version can read: compile the model again")
    }
    guard manifest.formatVersion == ArtifactManifest.formatVersion else {
      throw ControlFailure(
        .data,
        "upload: manifest: found format version \(manifest.formatVersion), expected "
          + "\(ArtifactManifest.formatVersion): compile the model again")
    }
    guard manifest.input.bytes > 0 else {
      throw ControlFailure(
        .data, "upload: manifest: found an input of \(manifest.input.bytes) B, expected at least one")
    }
    let (target, most) = (manifest.loss.targetBytes, 65_535)
    guard target >= 0, target % 2 == 0, manifest.input.bytes <= most, target <= most - manifest.input.bytes else {
      throw ControlFailure(
        .data,
        "upload: manifest: found samples of \(manifest.input.bytes) B and \(target) B of target, expected "
          + "16-bit values and at most \(most) B in all: compile the model again")
    }
    return manifest
  }

  /// Keeps all parts.
  ///
  /// - Returns: their names in the vault, by part.
  package func keep(in vault: UploadVault) throws -> [String: String] {
    try Dictionary(uniqueKeysWithValues: parts.map { ($0.key.rawValue, try vault.keep($0.value)) })
  }

  /// What was kept.
  package init(files: [String: String], in vault: UploadVault) throws {
    for (part, name) in files {
      guard let part = UploadPart(rawValue: part) else {
        throw StoreError.damaged(path: vault.directory.path, reason: "no upload has a part '\(part)'")
      }
      parts[part] = try vault.bytes(name)
    }
  }

  /// The artifact, whose files are those of the vault.
  package func artifact(files: [String: String], in vault: UploadVault) throws -> Artifact {
    var manifest = try manifest()
    func name(_ part: UploadPart) throws(ControlFailure) -> String {
      guard let name = files[part.rawValue] else { throw ControlFailure(.data, "upload: \(part.rawValue): found none") }
      return name
    }
    manifest.files = .init(
      model: try name(.model), graph: try name(.graph), graphData: try name(.graphData), sources: [])
    return Artifact(directory: vault.directory, manifest: manifest)
  }

  /// - Parameters: bytes of one sample's input and target, from the manifest.
  package func data(inputBytes: Int, targetBytes: Int = 0) throws(ControlFailure) -> TrainingData {
    TrainingData(
      training: try set(.trainingLabels, .trainingCodes, .trainingTargets, inputBytes, targetBytes),
      evaluation: try set(.evaluationLabels, .evaluationCodes, .evaluationTargets, inputBytes, targetBytes))
  }

  private func set(
    _ labelPart: UploadPart, _ codePart: UploadPart, _ targetPart: UploadPart, _ inputBytes: Int, _ targetBytes: Int
  ) throws(ControlFailure) -> SampleSet {
    let labels = parts[labelPart] ?? []
    let codes = parts[codePart] ?? []
    guard labels.count.isMultiple(of: 2), codes.count == labels.count / 2 * inputBytes else {
      throw ControlFailure(
        .data,
        "upload: \(codePart.rawValue): found \(codes.count) B for \(labels.count) B of labels, "
          + "expected \(inputBytes) B for every two")
    }
    let targets = parts[targetPart] ?? []
    guard targets.count == labels.count / 2 * targetBytes else {
      throw ControlFailure(
        .data,
        "upload: \(targetPart.rawValue): found \(targets.count) B for \(labels.count) B of labels, "
          + "expected \(targetBytes) B for every two")
    }
    let pairs = stride(from: 0, to: labels.count, by: 2)
    return SampleSet(
      inputBytes: inputBytes, labels: pairs.map { UInt16(labels[$0]) | UInt16(labels[$0 + 1]) << 8 }, codes: codes,
      targetBytes: targetBytes, targets: targets)
  }
}

extension Upload {
  /// What a client sends, in pieces that fit into a line.
  static func pieces(of artifact: Artifact, _ data: TrainingData) throws -> [(UploadPart, [UInt8])] {
    let files = artifact.manifest.files
    return [
      (.manifest, [UInt8](try artifact.manifest.encoded())),
      (.model, [UInt8](try Data(contentsOf: artifact.file(files.model)))),
      (.graph, [UInt8](try Data(contentsOf: artifact.file(files.graph)))),
      (.graphData, [UInt8](try Data(contentsOf: artifact.file(files.graphData)))),
      (.trainingLabels, bytes(of: data.training.labels)), (.trainingCodes, data.training.codes),
      (.trainingTargets, data.training.targets),
      (.evaluationLabels, bytes(of: data.evaluation.labels)), (.evaluationCodes, data.evaluation.codes),
      (.evaluationTargets, data.evaluation.targets),
    ]
  }

  private static func bytes(of labels: [UInt16]) -> [UInt8] {
    labels.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
  }
}
