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
    do {
      let data = try Data(contentsOf: file)
      let version = try JSONDecoder().decode(Version.self, from: data).formatVersion
      guard version == ArtifactManifest.formatVersion else {
        throw ArtifactError("\(file.path): found format version \(version), expected \(ArtifactManifest.formatVersion); compile the model again")
      }
      self.init(directory: directory, manifest: try JSONDecoder().decode(ArtifactManifest.self, from: data))
    } catch let error as ArtifactError {
      throw error
    } catch {
      throw ArtifactError("\(file.path): not a manifest this version can read (\(error)); compile the model again")
    }
  }

  /// What every version of a manifest says, read first so that another version is named as such.
  private struct Version: Decodable {
    let formatVersion: Int
  }

  package func file(_ relativePath: String) -> URL { directory.appendingPathComponent(relativePath) }
}

/// What is wrong with an artifact, as one sentence.
package struct ArtifactError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
