import ArtifactManifest
import FirmwareBuild
import Foundation
import Testing

/// Every board links from the same sources, within its memory and its stack.
@Suite(.serialized) struct FirmwareBuilderTests {
  let folder: TemporaryFolder
  let root: FirmwareRoot
  let catalog: BoardCatalog

  init() throws {
    folder = try TemporaryFolder()
    root = try FirmwareRoot.locate()
    catalog = try BoardCatalog(root: root)
  }

  static let boardNames = [
    "host", "mps2-an386", "mps2-an500", "netduinoplus2", "nucleo-f429zi", "nucleo-f746zg",
    "stm32f429i-disc1", "stm32f746g-disco",
  ]

  private func build(_ name: String, arenaBytes: Int = 256) throws -> BuildReport {
    let artifact = try FixtureArtifact(in: folder.url, arenaBytes: arenaBytes)
    let board = try catalog.board(named: name)
    return try FirmwareBuilder(root: root).build(
      artifactDirectory: artifact.directory, board: board,
      outputDirectory: FirmwareBuilder.outputDirectory(
        artifactDirectory: artifact.directory, board: board))
  }

  @Test func catalog_holdsTheEightBoards() {
    #expect(catalog.boards.map(\.name) == Self.boardNames)
  }

  @Test(arguments: boardNames) func build_linksWithinTheBoardsMemory(_ name: String) throws {
    let report = try build(name)
    print(
      "\(name): flash \(report.flashBytes), SRAM \(report.sramBytes) "
        + "(arena \(report.arenaBytes), state \(report.stateBytes), data \(report.dataBytes), "
        + "stack \(report.stackReservedBytes)), stack bound \(report.stackBoundBytes ?? -1)")
    #expect(report.arenaBytes == 256)
    #expect(report.stateBytes == 12)
    for region in report.regions { #expect(region.usedBytes <= region.bytes, "\(region.name)") }
    #expect(FileManager.default.fileExists(atPath: report.elf))
  }
}
