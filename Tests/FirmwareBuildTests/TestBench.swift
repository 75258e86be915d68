import FirmwareBuild
import Foundation
import Synchronization

/// Firmware of the fixture artifact, built once a board for all suites.
final class TestBench: Sendable {
  static let shared = TestBench()

  private let folder: Result<TemporaryFolder, any Error>
  private let reports = Mutex<[String: BuildReport]>([:])

  /// Statics are never released, so the folder goes when the process does.
  private init() {
    folder = Result { try TemporaryFolder() }
    atexit { TestBench.shared.removeFolder() }
  }

  private func removeFolder() {
    do {
      try FileManager.default.removeItem(at: folder.get().url)
    } catch {
      print("cannot remove the builds: \(error)")
    }
  }

  static func catalog() throws -> BoardCatalog { try BoardCatalog(root: FirmwareRoot.locate()) }

  func report(_ name: String) throws -> BuildReport {
    let folder = try folder.get()
    return try reports.withLock { reports in
      if let known = reports[name] { return known }
      let report = try Self.build(name, in: folder.url)
      reports[name] = report
      return report
    }
  }

  func device(_ name: String, number: UInt32 = 0) throws -> DeviceProcess {
    try DeviceProcess(
      board: Self.catalog().board(named: name), elf: URL(fileURLWithPath: report(name).elf),
      device: number)
  }

  static func build(_ name: String, in folder: URL, arenaBytes: Int = 256) throws -> BuildReport {
    let artifact = try FixtureArtifact(in: folder, arenaBytes: arenaBytes)
    let board = try catalog().board(named: name)
    return try FirmwareBuilder(root: FirmwareRoot.locate()).build(
      artifactDirectory: artifact.directory, board: board,
      outputDirectory: FirmwareBuilder.outputDirectory(
        artifactDirectory: artifact.directory, board: board))
  }
}
