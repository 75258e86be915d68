import ArtifactManifest
import Telemetry

/// What became of one layer's updates.
package struct LayerUpdates: Hashable, Sendable, Codable {
  package var layer: String
  /// Trained parameters times training steps.
  package var updates: Int
  /// Updates that met the end of a parameter's range.
  package var saturated: Int
  /// Updates that rounded to zero although there was a gradient.
  package var unchanged: Int
}

extension LayerUpdates {
  /// Those of each layer, as a checkpoint's counters tell them; empty for a checkpoint of another layout.
  static func all(of checkpoint: CheckpointRecord, _ manifest: ArtifactManifest) -> [LayerUpdates] {
    let sizes = manifest.segments.map(\.bytes)
    guard checkpoint.segments.count == sizes.reduce(0, +), manifest.segments.first?.kind == .header,
      let place = manifest.segments.firstIndex(where: { $0.kind == .counters }),
      sizes[place] == manifest.trainedLayers.count * 16
    else { return [] }
    let start = sizes[..<place].reduce(0, +)
    let step = number(in: checkpoint.segments, at: 0, bytes: 4)
    return manifest.trainedLayers.enumerated().map { index, layer in
      LayerUpdates(
        layer: layer.name, updates: layer.parameters * step,
        saturated: number(in: checkpoint.segments, at: start + index * 16, bytes: 8),
        unchanged: number(in: checkpoint.segments, at: start + index * 16 + 8, bytes: 8))
    }
  }

  private static func number(in bytes: [UInt8], at offset: Int, bytes count: Int) -> Int {
    Int(truncatingIfNeeded: (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) })
  }
}
