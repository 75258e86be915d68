import Testing

import BoardEmulator

@Suite struct ClockTests {
  /// Up to full speed as the reference manuals order it, on boards with a signal of 8 MHz; `leaveOut` skips one step.
  private func start(_ name: String, leavingOut step: String = "", m: UInt32 = 4, waitStates: UInt32? = nil) throws -> TestBoard {
    let board = try TestBoard(name)
    let isF7 = name.contains("f746")
    board.set(1 << 28, at: RCC.apb1enr)
    if step != "bypass" { board.set(RCC.hseBypass, at: RCC.cr) }
    board.set(RCC.hseOn, at: RCC.cr)
    board.pass(microseconds: 3000)
    board[RCC.pllcfgr] = 0x2000_0000 | 8 << 24 | 1 << 22 | (isF7 ? 216 : 180) << 6 | m
    board.set(RCC.pllOn, at: RCC.cr)
    board.pass(microseconds: 300)
    if step != "over-drive" {
      board.set(1 << 16, at: PWR.cr)
      if step != "ODRDY" { board.pass(microseconds: 100) }
      board.set(1 << 17, at: PWR.cr)
      board.pass(microseconds: 100)
    }
    board[FLASH.acr] = waitStates ?? (isF7 ? 7 : 5)
    if step != "PPRE1" { board.set(5 << 10, at: RCC.cfgr) }
    if step != "PPRE2" { board.set(4 << 13, at: RCC.cfgr) }
    board.set(2, at: RCC.cfgr)
    return board
  }

  @Test(arguments: [("nucleo-f746zg", 216_000_000), ("nucleo-f429zi", 180_000_000)] as [(String, UInt64)])
  func fullSpeed_isReachedInTheManualsOrder(_ name: String, _ hertz: UInt64) throws {
    let board = try start(name)
    #expect(board.finding == "")
    #expect(board[RCC.cfgr] & 0xC == 2 << 2)
    #expect(board.machine.clocks.coreHertz == hertz)
    #expect(board.machine.clocks.hertz(of: "USART3") == hertz / 4)
    #expect(board.machine.clocks.hertz(of: "USART1") == hertz / 2)
    #expect(board.log.suffix(5).map { String($0) } == [
      "PLL locked: VCO \(frequency(2 * hertz)), \(frequency(hertz))", "over-drive generator ready", "over-drive on, voltage scale 1",
      "flash: \(name.contains("f746") ? 7 : 5) wait states",
      "SYSCLK = PLL: HCLK \(frequency(hertz)), APB1 \(frequency(hertz / 4)), APB2 \(frequency(hertz / 2))",
    ])
  }

  @Test(arguments: [
    ("over-drive", "HCLK is 216 MHz at voltage scale 1 without over-drive: expected at most 180 MHz"),
    ("ODRDY", "PWR_CR1: ODSWEN is set before ODRDY"),
    ("PPRE1", "APB1 runs at 216 MHz: expected at most 54 MHz"),
    ("PPRE2", "APB2 runs at 216 MHz: expected at most 108 MHz"),
  ])
  func aStepLeftOut_stops(_ step: String, _ sentence: String) throws {
    #expect(try start("nucleo-f746zg", leavingOut: step).finding.contains(sentence))
  }

  @Test func withoutBypass_aSignalNeverGetsReady() throws {
    let board = try start("nucleo-f746zg", leavingOut: "bypass")
    #expect(board[RCC.cr] & 1 << 17 == 0)
    #expect(board.log.contains("HSE never gets ready: HSEBYP is clear, and the board has a clock signal on OSC_IN"))
  }

  @Test func crystal_takesTwoMilliseconds() throws {
    let board = try TestBoard("stm32f746g-disco")
    board.set(RCC.hseOn, at: RCC.cr)
    board.pass(microseconds: 1900)
    #expect(board[RCC.cr] & 1 << 17 == 0)
    board.pass(microseconds: 200)
    #expect(board[RCC.cr] & 1 << 17 != 0)
  }

  @Test func aStuckClock_neverGetsReady() throws {
    let board = try TestBoard("stm32f746g-disco")
    board.machine.faultInjection.isExternalClockStuck = true
    board.set(RCC.hseOn, at: RCC.cr)
    board.pass(microseconds: 100_000)
    #expect(board[RCC.cr] & 1 << 17 == 0)
  }

  @Test func waitStates_mustSufficeWhenTheClockRises() throws {
    #expect(
      try start("nucleo-f746zg", waitStates: 6).finding.contains(
        "FLASH_ACR: found 6 wait states at HCLK 216 MHz and 3.3 V: expected at least 7"))
  }

  @Test func waitStates_mustSufficeUntilTheClockFalls() throws {
    let board = try start("nucleo-f429zi")
    board[FLASH.acr] = 0
    #expect(board.finding.contains("FLASH_ACR: found 0 wait states at HCLK 180 MHz and 3.3 V: expected at least 5"))
  }

  @Test(arguments: [
    (0x2000_0000 | 8 << 24 | 1 << 22 | 216 << 6 | 3, "found a VCO input of 2.666 MHz: expected 1 to 2 MHz"),
    (0x2000_0000 | 8 << 24 | 1 << 22 | 433 << 6 | 8, "found N 433: expected 50 to 432"),
    (0x2000_0000 | 8 << 24 | 1 << 22 | 50 << 6 | 8, "found a VCO at 50 MHz: expected 100 to 432 MHz"),
    (0x2000_0000 | 1 << 24 | 1 << 22 | 216 << 6 | 4, "found Q 1: expected 2 to 15"),
    (0x2000_0000 | 8 << 24 | 1 << 22 | 250 << 6 | 4, "found a VCO at 500 MHz: expected 100 to 432 MHz"),
  ] as [(UInt32, String)])
  func pllOutOfBounds_stops(_ configuration: UInt32, _ sentence: String) throws {
    let board = try TestBoard()
    board.set(RCC.hseBypass, at: RCC.cr)
    board.set(RCC.hseOn, at: RCC.cr)
    board.pass(microseconds: 10)
    board[RCC.pllcfgr] = configuration
    board.set(RCC.pllOn, at: RCC.cr)
    #expect(board.finding.contains(sentence), "\(board.finding)")
  }

  @Test func pllConfiguration_standsWhileThePLLIsOn() throws {
    let board = try TestBoard()
    board.set(RCC.pllOn, at: RCC.cr)
    board[RCC.pllcfgr] = 0x2400_3011
    #expect(board.finding.contains("RCC_PLLCFGR is changed while PLLON is set"))
  }

  @Test func usartClock_isChosenInDCKCFGR2() throws {
    let board = try start("nucleo-f746zg")
    board[RCC.dckcfgr2] = 1 << 4 | 2
    #expect(board.machine.clocks.hertz(of: "USART3") == 216_000_000)
    #expect(board.machine.clocks.hertz(of: "USART1") == 16_000_000)
  }

  @Test func resetFlags_sayWhatHappened() throws {
    let board = try TestBoard()
    #expect(board[RCC.csr] >> 25 == 0b111)
    board[RCC.csr] = 1 << 24
    #expect(board[RCC.csr] >> 25 == 0)
    board.machine.requestReset(.software)
    board.pass(microseconds: 1)
    #expect(board[RCC.csr] >> 25 == 0b1010)
    #expect(board.machine.clocks.coreHertz == 16_000_000)
  }

  @Test func aRegisterWithoutClock_stops() throws {
    let board = try TestBoard()
    _ = board[PWR.cr]
    #expect(board.finding.contains("PWR_CR1 is read while the peripheral has no clock: expected RCC PWREN to be set"))
  }
}
