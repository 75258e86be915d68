import ArtifactManifest
import FirmwareBuild
import Foundation

/// Firmware in an artifact's folder.
enum Firmware {
  /// Builds what has changed.
  static func build(_ artifact: Artifact, for board: Board) throws -> BuildReport {
    try FirmwareBuilder(root: FirmwareRoot.locate()).build(
      artifactDirectory: artifact.directory, board: board,
      outputDirectory: FirmwareBuilder.outputDirectory(artifactDirectory: artifact.directory, board: board))
  }
}
