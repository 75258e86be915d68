import Testing

import BoardEmulator

/// Both generations, through their registers.
@Suite(.enabled(if: Program.isPossible)) struct USARTTests {
  @Test(arguments: SerialBench.boards) func received_byteArrivesWithItsStopBit(_ board: String) throws {
    let bench = try SerialBench(board)
    bench.run(microseconds: 20)
    bench.line.write([0xA5])
    bench.run(microseconds: 9)
    #expect(bench.status == Flag.complete | Flag.empty)
    bench.run(microseconds: 2)
    #expect(bench.status == Flag.complete | Flag.empty | Flag.received)
    #expect(bench.get(bench.receiveData) == 0xA5)
    #expect(bench.status == Flag.complete | Flag.empty)
  }

  @Test(arguments: SerialBench.boards) func silence_isRaisedOnceAFrameAfterTheLastByte(_ board: String) throws {
    let bench = try SerialBench(board)
    bench.line.write([1, 2])
    bench.run(microseconds: 11)
    _ = bench.get(bench.receiveData)
    bench.run(microseconds: 10)
    _ = bench.get(bench.receiveData)
    bench.run(microseconds: 8)
    #expect(bench.status & Flag.idle == 0)
    bench.run(microseconds: 3)
    #expect(bench.status & Flag.idle != 0)
    bench.acknowledge()
    bench.run(microseconds: 100)
    #expect(bench.status & Flag.idle == 0)
  }

  @Test(arguments: SerialBench.boards) func overrun_keepsTheFirstByteAndLosesTheNext(_ board: String) throws {
    let bench = try SerialBench(board)
    bench.line.write([1, 2, 3])
    bench.run(microseconds: 35)
    #expect(bench.status & (Flag.overrun | Flag.received) == Flag.overrun | Flag.received)
    #expect(bench.get(bench.receiveData) == 1)
    bench.acknowledge()
    #expect(bench.status & (Flag.overrun | Flag.received) == 0)
    #expect(bench.line.raised.overruns == 1)
    bench.line.write([4])
    bench.run(microseconds: 12)
    #expect(bench.get(bench.receiveData) == 4)
  }

  @Test func errorsOfF4_areClearedByReadingStatusAndThenData() throws {
    let bench = try SerialBench("stm32f429i-disc1")
    bench.line.write([1, 2])
    bench.run(microseconds: 25)
    _ = bench.get(bench.receiveData)
    #expect(bench.status & Flag.overrun != 0, "data alone clears RXNE and nothing else")
    _ = bench.get(bench.receiveData)
    #expect(bench.status & Flag.overrun == 0)
  }

  @Test(arguments: SerialBench.boards) func transmitted_bytesLeaveBackToBack(_ board: String) throws {
    let bench = try SerialBench(board)
    bench.run(microseconds: 20)
    _ = bench.status
    bench.set(bench.transmitData, 0x11)
    #expect(bench.status == Flag.empty, "the shift register took it at once")
    bench.set(bench.transmitData, 0x22)
    #expect(bench.status == 0)
    bench.run(microseconds: 11)
    #expect(bench.status == Flag.empty)
    #expect(bench.line.read() == [0x11])
    bench.run(microseconds: 10)
    #expect(bench.status == Flag.empty | Flag.complete)
    #expect(bench.line.read() == [0x22])
  }

  @Test(arguments: SerialBench.boards) func pinsNotConnected_silence(_ board: String) throws {
    let bench = try SerialBench(board, connectsPins: false)
    bench.line.write([1])
    bench.set(bench.transmitData, 2)
    bench.run(microseconds: 50)
    #expect(bench.status & Flag.received == 0)
    #expect(bench.line.read() == [])
  }

  @Test(arguments: SerialBench.boards) func rates_thatDifferByMoreThanThreePercentMakeGarbageBothWays(_ board: String) throws {
    for (baud, isUnderstood) in [(1_000_000, true), (1_025_000, true), (975_000, true), (921_600, false), (115_200, false), (3_000_000, false)] {
      let bench = try SerialBench(board)
      bench.line.hostBaud = baud
      let text = Array("a host at another rate".utf8)
      var heard: [UInt8] = []
      var errors: UInt32 = 0
      bench.line.write(text)
      for byte in text {
        bench.set(bench.transmitData, UInt32(byte))
        for _ in 0..<100 {
          bench.run(microseconds: 2)
          let status = bench.status
          errors |= status & Flag.framing
          if status & Flag.received != 0 { heard.append(UInt8(bench.get(bench.receiveData))) }
        }
      }
      #expect((heard == text) == isUnderstood, "\(baud)")
      #expect((errors != 0) == !isUnderstood, "\(baud)")
      #expect((bench.line.read() == text) == isUnderstood, "\(baud)")
    }
  }

  @Test func rateOfF7_changesOnlyWhileUEIs0() throws {
    let bench = try SerialBench("stm32f746g-disco")
    bench.setDivider(139)
    #expect(bench.machine.finding?.description == "USART1_BRR: found a write of 0x0000008B with UE 1: expected UE 0, the write, UE 1")
  }
}
