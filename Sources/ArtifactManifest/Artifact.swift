import Foundation

/// An artifact folder on disk.
package struct Artifact: Sendable {
  package let directory: URL
  package let manifest: ArtifactManifest

  package init(directory: URL, manifest: ArtifactManifest) {
    self.directory = directory
    self.manifest = manifest
  }

  /// Reads `manifest.json` of a folder.
  ///
  /// - Throws: `ArtifactError` when it is absent, unreadable or of another format version.
  package init(opening directory: URL) throws {
    let file = directory.appendingPathComponent(ArtifactManifest.fileName)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw ArtifactError("\(directory.path): found no \(ArtifactManifest.fileName), expected a folder written by 'fieldtune compile MODEL -o DIR'")
    }
    let manifest: ArtifactManifest
    do {
      manifest = try JSONDecoder().decode(ArtifactManifest.self, from: Data(contentsOf: file))
    } catch {
      throw ArtifactError("\(file.path): not a manifest this version can read (\(error)); compile the model again")
    }
    guard manifest.formatVersion == ArtifactManifest.formatVersion else {
      throw ArtifactError("\(file.path): found format version \(manifest.formatVersion), expected \(ArtifactManifest.formatVersion); compile the model again")
    }
    self.init(directory: directory, manifest: manifest)
  }

  package func file(_ relativePath: String) -> URL { directory.appendingPathComponent(relativePath) }
}

/// What is wrong with an artifact, as one sentence.
package struct ArtifactError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
