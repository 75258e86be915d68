/// What a run needs of its artifact after the folder is gone: a row of `artifacts`.
package struct ArtifactRecord: Hashable, Sendable, Codable {
  /// Tells artifacts apart: hashes of model, plan, semantics and layout.
  package var key: String
  /// `manifest.json`.
  package var manifest: [UInt8]
  /// The original model file, for export.
  package var model: [UInt8]

  package init(key: String, manifest: [UInt8], model: [UInt8]) {
    self.key = key
    self.manifest = manifest
    self.model = model
  }
}
