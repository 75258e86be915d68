import Testing

import BoardEmulator

@Suite struct VirtualClockTests {
  @Test func timeAndCycles_followTheCoresClock() {
    var clock = VirtualClock(hertz: 16_000_000, cyclesPerInstruction: 1)
    #expect(clock.time(executed: 16_000_000) == .milliseconds(1000))
    clock.setHertz(216_000_000, executed: 16_000_000)
    #expect(clock.time(executed: 16_000_000 + 216_000) == .milliseconds(1001))
    #expect(clock.cycles(at: .milliseconds(1001)) == 16_000_000 + 216_000)
    let executed = clock.executed(at: .milliseconds(1002))
    #expect(clock.time(executed: executed) >= .milliseconds(1002))
    #expect(clock.time(executed: executed - 2) < .milliseconds(1002))
  }
}
