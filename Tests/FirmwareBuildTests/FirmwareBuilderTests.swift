import ArtifactManifest
import FirmwareBuild
import Foundation
import Testing

/// Every board links from the same sources, within its memory and its stack.
@Suite struct FirmwareBuilderTests {
  static let chips = [
    "mps2-an386", "mps2-an500", "netduinoplus2", "nucleo-f429zi", "nucleo-f746zg",
    "stm32f429i-disc1", "stm32f746g-disco",
  ]

  @Test(arguments: chips) func build_linksWithinTheBoardsMemory(_ name: String) throws {
    let report = try TestBench.shared.report(name)
    #expect(report.arenaBytes == 256)
    #expect(report.stateBytes == 12)
    #expect(report.flashBytes <= report.flashCapacityBytes)
    for region in report.regions { #expect(region.usedBytes <= region.bytes, "\(region.name)") }
    let bound = try #require(report.stackBoundBytes)
    #expect((report.stackReservedBytes - 7...report.stackReservedBytes).contains(bound))
    let binary = try #require(report.binary)
    let size = try FileManager.default.attributesOfItem(atPath: binary)[.size] as? Int
    #expect(size == report.flashBytes)
  }

  private struct Budget: Decodable {
    var flashBytes: Int
    var sramBytes: Int
    var stackBoundBytes: Int
  }

  /// What the firmware costs beside the model: a step of 256 bytes of arena and 12 of state.
  @Test(arguments: chips) func build_staysWithinItsBudget(_ name: String) throws {
    let file = try FirmwareRoot.locate().directory.appendingPathComponent("budgets/empty-step.json")
    let budgets = try JSONDecoder().decode([String: Budget].self, from: Data(contentsOf: file))
    let budget = try #require(budgets[name])
    let report = try TestBench.shared.report(name)
    let bound = try #require(report.stackBoundBytes)
    print("\(name): flash \(report.flashBytes), SRAM \(report.sramBytes), stack bound \(bound)")
    #expect(report.flashBytes <= budget.flashBytes)
    #expect(report.sramBytes <= budget.sramBytes)
    #expect(bound <= budget.stackBoundBytes)
  }

  @Test func build_onTheHostHasNoStackBound() throws {
    let report = try TestBench.shared.report("host")
    #expect(report.stackBoundBytes == nil)
    #expect(report.arenaBytes == 256)
    #expect(report.stateBytes == 12)
    #expect((8_192..<32_768).contains(report.dataBytes))
    #expect(report.binary == nil)
  }

  @Test func build_again_changesNothing() throws {
    let folder = try TemporaryFolder()
    let first = try TestBench.build("mps2-an500", in: folder.url)
    let bytes = FileManager.default.contents(atPath: first.elf)
    let second = try TestBench.build("mps2-an500", in: folder.url)
    #expect(second == first)
    #expect(FileManager.default.contents(atPath: second.elf) == bytes)
  }

  /// 24 bytes too few for a second sample of 64: samples then arrive between steps.
  @Test func build_withoutRoomForASecondSample_keepsNone() throws {
    let known = try #require(try TestBench.shared.report("netduinoplus2").regions.first { $0.name == "RAM" })
    let folder = try TemporaryFolder()
    let report = try TestBench.build("netduinoplus2", in: folder.url, arenaBytes: 256 + known.bytes - known.usedBytes + 24)
    #expect(report.sampleSlots == 0)
    #expect(report.sampleSlotBytes == 0)
  }

  /// The F429's two memories: what does not fit beside the variables goes where it does.
  @Test func build_placesTheArenaWhereItFits() throws {
    let folder = try TemporaryFolder()
    let report = try TestBench.build("nucleo-f429zi", in: folder.url, arenaBytes: 170_000)
    #expect(report.placement?.arena == "SRAM")
    #expect(report.placement?.stack == "CCM")
    #expect(report.arenaBytes == 170_000)
  }

  @Test(arguments: [
    ("stm32f746g-disco", "RAM", 327_680), ("netduinoplus2", "RAM", 131_056),
    ("nucleo-f429zi", "SRAM", 196_608),
  ])
  func build_beyondTheMemory_saysHowManyBytes(
    _ name: String, _ region: String, _ capacityBytes: Int
  ) throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: FirmwareBuildError.self) {
      try TestBench.build(name, in: folder.url, arenaBytes: 400_000)
    }
    guard case .memoryOverflow(name, region, capacityBytes, let missing)? = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    let rest = try TestBench.shared.report(name).sramBytes - 256
    #expect((400_000 + rest - capacityBytes - 8192...400_000 + rest - capacityBytes + 64).contains(missing))
    #expect("\(try #require(error))".contains("\(missing) too many"))
  }

  @Test func build_withoutAnArtifact_saysWhatIsMissing() throws {
    let folder = try TemporaryFolder()
    let board = try TestBench.catalog().board(named: "host")
    let error = #expect(throws: FirmwareBuildError.self) {
      try FirmwareBuilder(root: FirmwareRoot.locate()).build(
        artifactDirectory: folder.url, board: board, outputDirectory: folder.url)
    }
    #expect("\(try #require(error))".contains("found no manifest.json"))
  }
}
