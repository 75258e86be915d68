import Testing

import BoardEmulator

@Suite struct PeripheralTests {
  private static let watchdog: UInt32 = 0x4000_3000

  @Test func pins_areConnectedByModeAndFunction() throws {
    let board = try TestBoard("nucleo-f746zg")  // PD8, AF7
    let pin = board.machine.board.transmitPin
    #expect(!board.machine.isConnected(pin))
    board.set(1 << 3, at: RCC.ahb1enr)
    board[0x4002_0C24] = 7
    #expect(!board.machine.isConnected(pin))
    board[0x4002_0C00] = 2 << 16
    #expect(board.machine.isConnected(pin))
    board[0x4002_0C24] = 8
    #expect(!board.machine.isConnected(pin))
  }

  @Test func led_isNotedWhenItChanges() throws {
    let board = try TestBoard("nucleo-f746zg")  // PB0
    board.set(1 << 1, at: RCC.ahb1enr)
    board[0x4002_0400] = 0x281
    board[0x4002_0418] = 1
    board[0x4002_0418] = 1
    #expect(board[0x4002_0414] == 1)
    board[0x4002_0418] = 1 << 16
    #expect(board.log.filter { $0.hasPrefix("LED") } == ["LED PB0 on", "LED PB0 off"])
  }

  @Test func lockedPins_keepTheirConfiguration() throws {
    let board = try TestBoard()
    board.set(1 << 2, at: RCC.ahb1enr)  // GPIOC
    let base: UInt32 = 0x4002_0800
    board[base] = 2
    for key in [0x1_0001, 0x0001, 0x1_0001] as [UInt32] { board[base + 0x1C] = key }
    board[base] = 0xF
    #expect(board[base] == 0xE)
    #expect(board[base + 0x1C] == 0x1_0001)
  }

  @Test func randomNumbers_needThePLLAndDifferAfterReset() throws {
    let board = try TestBoard()
    func draw() -> UInt32 {
      board.set(1 << 6, at: RCC.ahb2enr)
      board[RCC.pllcfgr] = 0x2000_0000 | 9 << 24 | 216 << 6 | 8
      board[0x5006_0800] = 4
      #expect(board[0x5006_0804] == 2)  // CECS: no clock
      board[0x5006_0800] = 0
      board.set(RCC.pllOn, at: RCC.cr)
      board.pass(microseconds: 300)
      board[0x5006_0800] = 4
      board.pass(microseconds: 2)
      #expect(board[0x5006_0804] == 1)
      return board[0x5006_0808]
    }
    let first = draw()
    board.machine.requestReset(.pin)
    board.pass(microseconds: 1)
    #expect(draw() != first)
    #expect(board.finding == "")
  }

  @Test func watchdog_resetsAfterItsPeriod() throws {
    let board = try TestBoard(seed: 7)
    let low = board.machine.clocks.hertz(of: "IWDG")
    #expect((17_000...47_000).contains(low))
    board[Self.watchdog] = 0x5555
    board[Self.watchdog + 4] = 1
    board[Self.watchdog + 8] = 999
    #expect(board[Self.watchdog + 12] == 3)
    board.pass(microseconds: 3000)
    #expect(board[Self.watchdog + 12] == 0)
    board[Self.watchdog] = 0xCCCC
    let period = 8 * 1000 * 1_000_000 / low
    board.pass(microseconds: period / 2)
    board[Self.watchdog] = 0xAAAA
    board.pass(microseconds: period - 10)
    #expect(board[RCC.csr] & 1 << 29 == 0)
    board.pass(microseconds: 20)
    #expect(board[RCC.csr] & 1 << 29 != 0)
  }

  @Test(arguments: [
    ([0xCCCC], "IWDG_PR is written without the key: expected 0x5555 in IWDG_KR first"),
    ([0x5555], "IWDG_PR is written while IWDG_SR says that the last write has not arrived"),
  ] as [([UInt32], String)])
  func watchdog_isWrittenByItsRules(_ keys: [UInt32], _ sentence: String) throws {
    let board = try TestBoard()
    for key in keys { board[Self.watchdog] = key }
    board[Self.watchdog + 4] = 1
    board[Self.watchdog + 4] = 2
    #expect(board.finding.contains(sentence))
  }

  @Test(arguments: [("nucleo-f746zg", 0x1FF0_F420, 0x1FF0_F442, 1024), ("nucleo-f429zi", 0x1FFF_7A10, 0x1FFF_7A22, 2048)])
  func identity_tellsDevicesApart(_ name: String, _ id: UInt32, _ size: UInt32, _ kilobytes: UInt32) throws {
    let (one, other) = (try TestBoard(name, device: 1), try TestBoard(name, device: 2))
    #expect((0..<3).contains { one[id + 4 * $0] != other[id + 4 * $0] })
    #expect(one.machine.masterRead(size, width: 2, by: "the test") == kilobytes)
  }

  @Test func dma_doesNotReachCoreCoupledMemory() throws {
    let board = try TestBoard("nucleo-f429zi")
    #expect(!board.machine.masterWrite(1, to: 0x1000_0000, width: 4, by: "DMA1 stream 1"))
    #expect(board.finding == "DMA1 stream 1 points to 0x10000000 in CCM, which DMA does not reach: expected a buffer in SRAM")
  }
}
