import FirmwareBuild
import Testing

@Suite struct BoardCatalogTests {
  @Test func catalog_holdsTheBoards() throws {
    #expect(
      try TestBench.catalog().boards.map(\.name) == [
        "host", "mps2-an386", "mps2-an500", "netduinoplus2", "nucleo-f429zi", "nucleo-f746zg",
        "stm32f429i-disc1", "stm32f746g-disco",
      ])
  }

  @Test(arguments: [
    ("stm32f746g-disco", "mps2-an500"), ("nucleo-f746zg", "mps2-an500"),
    ("nucleo-f429zi", "mps2-an386"), ("stm32f429i-disc1", "mps2-an386"),
    ("netduinoplus2", "netduinoplus2"),
  ])
  func qemuBoard_hasTheCoreAndTheMemory(_ board: String, _ standIn: String) throws {
    let catalog = try TestBench.catalog()
    #expect(try catalog.qemuBoard(for: catalog.board(named: board)).name == standIn)
  }

  @Test func emulatedBoards_areTheRealOnes() throws {
    let catalog = try TestBench.catalog()
    #expect(catalog.boards.filter(\.isEmulated).map(\.name) == catalog.boards.filter { $0.runs == .real }.map(\.name))
    let error = #expect(throws: FirmwareBuildError.self) { try catalog.emulatedBoard(catalog.board(named: "netduinoplus2")) }
    #expect(
      error?.description
        == "board 'netduinoplus2': the emulator does not know it, expected one of nucleo-f429zi, nucleo-f746zg, "
        + "stm32f429i-disc1, stm32f746g-disco; 'fieldtune boards' says what else runs its firmware")
  }

  @Test func unknownBoard_isAnsweredWithTheKnownOnes() throws {
    let catalog = try TestBench.catalog()
    let error = #expect(throws: FirmwareBuildError.self) { try catalog.board(named: "arduino") }
    #expect(
      error?.description
        == "found no board 'arduino', expected one of host, mps2-an386, mps2-an500, netduinoplus2, "
        + "nucleo-f429zi, nucleo-f746zg, stm32f429i-disc1, stm32f746g-disco")
  }

  /// Whatever QEMU counts, one instruction is one nanosecond.
  @Test(arguments: [("mps2-an500", 40.0), ("netduinoplus2", 1e9 / 168e6), ("nucleo-f746zg", 1.0)])
  func counter_knowsWhatATickStandsFor(_ board: String, _ units: Double) throws {
    #expect(try TestBench.catalog().board(named: board).counter.unitsPerTick == units)
  }
}
