import Testing

import BoardEmulator

@Suite struct FaultTests {
  @Test(arguments: [
    ("reset@4711", FaultOrder.resetAt(4711)), ("bus-fault@4711", .busFaultAt(4711)),
    ("reset:every=5..9,count=3,seed=2", .resets(every: 5...9, count: 3, seed: 2)),
    ("framing:every=100,count=7", .line(.framing, every: 100, count: 7)),
    ("noise", .line(.noise, every: 1, count: 1)),
    ("overrun:every=12", .line(.overrun, every: 12, count: 1)),
    ("withhold-interrupts:us=250,every=40,count=2", .line(.withheldInterrupts(microseconds: 250), every: 40, count: 2)),
    ("hse-stuck", .externalClockStuck),
    ("slow-erase=2.5", .slowErase(2.5)),
    ("power-cut@flash-operation=3", .powerCut(flashOperation: 3)),
    ("unplug:ms=20", .unplug(milliseconds: 20)),
  ]) func specification_isRead(_ text: String, _ expected: FaultOrder) throws {
    #expect(try FaultOrder(text) == expected)
  }

  @Test(arguments: [
    ("reset:every=9..5", "fault 'reset:every=9..5': every: found '9..5': expected A..B, instructions, A at most B"),
    ("reset", "fault 'reset': every: found '': expected A..B, instructions, A at most B"),
    ("framing:every=0", "fault 'framing:every=0': every: found '0': expected a whole number from 1"),
    ("framing:every", "fault 'framing:every': found 'every': expected key=value, each key once"),
    ("noise:us=3", "fault 'noise:us=3': found 'us', which it does not take"),
    ("unplug", "fault 'unplug': found no ms: expected ms=NUMBER"),
  ]) func specification_isRefusedInASentence(_ text: String, _ sentence: String) {
    let finding = #expect(throws: Finding.self) { try FaultOrder(text) }
    #expect(finding?.description == sentence)
  }

  @Test func unknownFault_namesAllThereAre() {
    let finding = #expect(throws: Finding.self) { try FaultOrder("meteorite") }
    #expect(finding?.description.hasPrefix("fault 'meteorite': found no such fault: expected reset@N, ") == true)
  }

  /// A loop of four instructions in three blocks: every count is a place between two of them.
  @Test(.enabled(if: Program.isPossible)) func reset_comesExactlyBehindTheInstructionAskedFor() throws {
    for count in 1...40 as ClosedRange<UInt64> {
      let machine = try Machine(board: try #require(EmulatedBoard.named("nucleo-f429zi")))
      try machine.load(Program("main: adds r0, #1\n adds r0, #1\n adds r0, #1\n adds r0, #1\n adds r0, #1\n b main").image)
      machine.powerOn()
      var executed: UInt64?
      machine.whenExecuted(count) { executed = machine.executed }
      _ = machine.run(until: .microseconds(20))
      #expect(executed == count)
    }
  }

  @Test(.enabled(if: Program.isPossible)) func resets_areDrawnAndCounted() throws {
    let machine = try Machine(board: try #require(EmulatedBoard.named("nucleo-f429zi")))
    try machine.load(Program("main: adds r0, #1\n b main").image)
    let injector = FaultInjector(machine)
    injector.order(try FaultOrder("reset:every=10..500,count=50,seed=3"))
    machine.powerOn()
    _ = machine.run(until: .milliseconds(5))
    #expect(injector.counts.resets == 50)
    #expect(machine.resets == 51)
  }
}
