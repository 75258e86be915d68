import ArtifactManifest
import FirmwareBuild
import Foundation
import Synchronization

/// Firmware built once for each artifact and board.
final class FirmwareBench: Sendable {
  static let shared = FirmwareBench()

  private let reports = Mutex<[String: BuildReport]>([:])

  func boot(_ board: String, _ artifact: Artifact, storePath: String? = nil) throws -> DeviceProcess {
    let root = try FirmwareRoot.locate()
    let board = try BoardCatalog(root: root).board(named: board)
    let report = try reports.withLock { reports in
      let key = "\(artifact.directory.path) \(board.name)"
      if let known = reports[key] { return known }
      let report = try FirmwareBuilder(root: root).build(
        artifactDirectory: artifact.directory, board: board,
        outputDirectory: FirmwareBuilder.outputDirectory(
          artifactDirectory: artifact.directory, board: board))
      reports[key] = report
      return report
    }
    return try DeviceProcess(board: board, elf: URL(fileURLWithPath: report.elf), storePath: storePath)
  }
}
