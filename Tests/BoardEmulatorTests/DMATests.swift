import Testing

import BoardEmulator

/// USART1's streams of DMA2: 2 receives, 7 transmits, both on channel 4.
@Suite(.enabled(if: Program.isPossible)) struct DMATests {
  /// SRAM of both boards; on the F746 DMA reads zeros out of a sleeping core's DTCM.
  private static let buffer: UInt32 = 0x2001_2000
  private static let requests: UInt32 = 0xC0  // DMAT, DMAR
  private static let receive: UInt32 = 0x4002_6440, transmit: UInt32 = 0x4002_64B8
  private static let lowFlags: UInt32 = 0x4002_6400, highFlags: UInt32 = 0x4002_6404
  private static let channel4: UInt32 = 4 << 25, memoryIncrement: UInt32 = 1 << 10, circular: UInt32 = 1 << 8

  private func start(_ bench: SerialBench, _ stream: UInt32, data: UInt32, at buffer: UInt32 = buffer, count: UInt32, _ mode: UInt32) {
    bench.set(stream + 4, count)
    bench.set(stream + 8, data)
    bench.set(stream + 12, buffer)
    bench.set(stream, Self.channel4 | Self.memoryIncrement | mode | 1)
  }

  private func bytes(_ bench: SerialBench, _ count: UInt32) -> [UInt8] {
    (0..<count).map { UInt8(bench.machine.masterRead(Self.buffer + $0, width: 1, by: "the test") ?? 0) }
  }

  @Test(arguments: SerialBench.boards) func circular_receptionGoesRoundAndFlagsHalfAndEnd(_ board: String) throws {
    let bench = try SerialBench(board)
    bench.control3(Self.requests)
    start(bench, Self.receive, data: bench.receiveData, count: 8, Self.circular)
    bench.line.write(Array(1...4))
    bench.run(microseconds: 45)
    #expect(bench.get(Self.lowFlags) == 1 << 20, "HTIF2")
    #expect(bench.get(Self.receive + 4) == 4)
    bench.set(Self.lowFlags + 8, 1 << 20)
    bench.line.write(Array(5...10))
    bench.run(microseconds: 65)
    #expect(bench.get(Self.lowFlags) == 1 << 21, "TCIF2")
    #expect(bench.get(Self.receive + 4) == 6)
    #expect(bytes(bench, 8) == [9, 10, 3, 4, 5, 6, 7, 8])
    #expect(bench.status & (Flag.received | Flag.overrun) == 0)
  }

  @Test(arguments: SerialBench.boards) func normal_transmissionEndsWithTheStreamOff(_ board: String) throws {
    let bench = try SerialBench(board)
    bench.control3(Self.requests)
    for index in 0..<4 as Range<UInt32> { _ = bench.machine.masterWrite(0x40 + index, to: Self.buffer + index, width: 1, by: "the test") }
    start(bench, Self.transmit, data: bench.transmitData, count: 4, 1 << 6)
    bench.run(microseconds: 60)
    #expect(bench.line.read() == [0x40, 0x41, 0x42, 0x43])
    #expect(bench.get(Self.highFlags) == 3 << 26, "HTIF7, TCIF7")
    #expect(bench.get(Self.transmit) & 1 == 0)
  }

  @Test(arguments: SerialBench.boards) func service_withheldOverruns(_ board: String) throws {
    let bench = try SerialBench(board)
    let injector = FaultInjector(bench.machine)
    bench.control3(Self.requests)
    start(bench, Self.receive, data: bench.receiveData, count: 64, Self.circular)
    injector.order(try FaultOrder("overrun:every=3,count=1"))
    bench.line.write(Array(1...6))
    bench.run(microseconds: 65)
    #expect(bytes(bench, 5) == [1, 2, 3, 5, 6], "4 met RXNE")
    #expect(bench.line.raised.overruns == 1)
  }

  @Test(arguments: [
    (0x04, 9, "S2NDTR: a write of 0x00000009 is written while EN is 1: expected EN 0, then the write, then EN 1"),
    (0x00, 0x0800_0501, "S2CR: a write of 0x08000501 changes bits 0x00000100 while EN is 1: expected EN 0, then the write, then EN 1"),
  ]) func configuration_isLockedWhileEnabled(_ offset: UInt32, _ value: UInt32, _ sentence: String) throws {
    let bench = try SerialBench("stm32f746g-disco")
    start(bench, Self.receive, data: bench.receiveData, count: 8, 0)
    bench.set(Self.receive + offset, value)
    #expect(bench.machine.finding?.description == "DMA2_\(sentence)")
  }

  @Test func enabling_withFlagsStandingStops() throws {
    let bench = try SerialBench("stm32f746g-disco")
    start(bench, Self.receive, data: bench.receiveData, count: 8, 0)
    bench.set(Self.receive, Self.channel4 | Self.memoryIncrement)
    #expect(bench.get(Self.lowFlags) == 1 << 21, "a transfer given up has ended")
    bench.set(Self.receive, Self.channel4 | Self.memoryIncrement | 1)
    #expect(bench.machine.finding?.kind == .brokenRule)
  }

  @Test func coreCoupledMemory_isOutOfReach() throws {
    let bench = try SerialBench("stm32f429i-disc1")
    bench.control3(Self.requests)
    start(bench, Self.receive, data: bench.receiveData, at: 0x1000_0000, count: 8, 0)
    bench.line.write([1])
    bench.run(microseconds: 12)
    #expect(bench.machine.finding?.kind == .brokenRule)
  }
}
