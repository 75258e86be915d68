import ArtifactManifest
import Foundation
import Telemetry

/// A checkpoint as a file: one line of JSON, then the bytes of the segments.
package struct CheckpointFile: Hashable, Sendable {
  private struct Head: Codable {
    /// Tells a checkpoint from other files.
    var fieldtune = "checkpoint"
    var model: String
    /// Key of the artifact the state belongs to.
    var artifact: String
    var position: Int
    var digest: String
    var bytes: Int
  }

  package let model: String
  package let artifact: String
  package let checkpoint: CheckpointRecord

  package init(_ checkpoint: CheckpointRecord, of run: RunRecord) {
    model = run.model
    artifact = run.artifact
    self.checkpoint = checkpoint
  }

  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let head = Head(
      model: model, artifact: artifact, position: checkpoint.position, digest: checkpoint.digest,
      bytes: checkpoint.segments.count)
    return [UInt8](try encoder.encode(head)) + [UInt8(ascii: "\n")] + checkpoint.segments
  }

  /// Reads a file for a run.
  ///
  /// - Throws: `CoordinatorError.unusableData` for what is no whole checkpoint of the run's artifact.
  package init(_ bytes: [UInt8], for run: RunRecord) throws(CoordinatorError) {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), let head = Self.head(bytes[..<end]) else {
      throw .unusableData(reason: "checkpoint: found another file, expected one that 'fieldtune ckpt export' wrote")
    }
    let segments = Array(bytes[(end + 1)...])
    for (what, found, expected) in [
      ("bytes", "\(segments.count)", "\(head.bytes)"), ("digest", Digest64(segments).hex, head.digest),
      ("artifact", head.artifact, run.artifact),
    ] where found != expected {
      throw .unusableData(reason: "checkpoint: \(what): found \(found), expected \(expected)")
    }
    model = head.model
    artifact = head.artifact
    checkpoint = CheckpointRecord(
      run: run.id ?? 0, position: head.position, digest: head.digest, segments: segments,
      createdMilliseconds: RunStore.nowMilliseconds())
  }

  private static func head(_ line: ArraySlice<UInt8>) -> Head? {
    do { return try JSONDecoder().decode(Head.self, from: Data(line)) } catch { return nil }
  }
}
