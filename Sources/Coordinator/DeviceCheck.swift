import ArtifactManifest
import Telemetry
import WireProtocol

/// Whether a device is the one an artifact was built for.
package enum DeviceCheck {
  private struct Row {
    let what: String
    let found: String
    let expected: String
  }

  /// Compares what a device says of itself with the manifest.
  ///
  /// - Throws: `CoordinatorError.mismatch`, naming both sides.
  package static func verify(
    _ info: Wire.DeviceInfo, against manifest: ArtifactManifest, device: String
  ) throws(CoordinatorError) {
    let rows = [
      Row(what: "model hash", found: HexDigest(info.modelHash).text, expected: manifest.hashes.model.text),
      Row(what: "plan hash", found: HexDigest(info.planHash).text, expected: manifest.hashes.plan.text),
      Row(
        what: "semantics hash", found: HexDigest(info.semanticsHash).text, expected: manifest.hashes.semantics.text),
      Row(what: "input bytes", found: "\(info.inputBytes)", expected: "\(manifest.input.bytes)"),
      Row(what: "classes", found: "\(info.classCount)", expected: "\(manifest.output.classCount)"),
      Row(
        what: "training state",
        found: info.segments.map { "\($0.kind.rawValue):\($0.byteCount)" }.joined(separator: " "),
        expected: manifest.segments.map { "\($0.kind.rawValue):\($0.bytes)" }.joined(separator: " ")),
    ]
    for row in rows where row.found != row.expected {
      throw .mismatch(
        device: device, what: row.what, found: row.found, expected: row.expected,
        remedy: "its firmware (\(info.firmware) on \(info.board)) was built from another artifact; "
          + "run 'fieldtune build' and 'fieldtune flash' with this one")
    }
  }
}
