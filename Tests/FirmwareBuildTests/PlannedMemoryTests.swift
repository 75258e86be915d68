import Compiler
import FirmwareBuild
import Testing

/// What the compiler plans for the runtime is what the linker finds, and not much more.
@Suite struct PlannedMemoryTests {
  private static let boards = [
    "mps2-an500", "mps2-an386", "netduinoplus2", "stm32f746g-disco", "nucleo-f746zg", "nucleo-f429zi",
    "stm32f429i-disc1",
  ]

  @Test(arguments: boards) func plannedLink_holdsTheRuntimesData(_ name: String) throws {
    let board = try TestBench.catalog().board(named: name)
    let report = try TestBench.shared.report(name)
    let budget = BoardBudget(name: name, sramBytes: nil, flashBytes: nil, stackBytes: board.stackBytes)
    #expect(report.dataBytes <= budget.linkBytes)
    #expect(report.dataBytes > budget.linkBytes - 256)
    #expect(report.stackReservedBytes <= budget.stackBytes)
    #expect(report.sampleSlots == 1)
    #expect(report.sampleSlotBytes == 64)  // the fixture's input
  }
}
