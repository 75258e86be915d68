import Testing

import BoardEmulator

/// What the MPU and the D-cache have to say of memory.
@Suite struct MemoryRuleTests {
  private static let system: UInt32 = 0xE000_ED00
  private static let memoryFaults = store(1 << 16, to: system + 0x24)

  private func region(_ number: UInt32, _ base: UInt32, _ attributes: UInt32) -> [UInt16] {
    store(base | 0x10 | number, to: Self.system + 0x9C) + store(attributes | 1, to: Self.system + 0xA0)
  }

  private static let on = store(5, to: system + 0x94) + [0xE7FF]  // b .+2: a new block
  private static let dataCacheOn = store(0x0005_0200, to: system + 0x14) + [0xE7FF]

  /// A load, and a loop that keeps the value.
  private func read(_ address: UInt32) -> [UInt16] { load(0, address) + [0x6801] }

  private func run(_ code: [UInt16], _ prepare: (TestBoard) -> Void = { _ in }) throws -> TestBoard {
    let board = try TestBoard("nucleo-f746zg", code: code)
    let flash = board.machine.memory.first { $0.kind == .flash }!
    for exception in 3...6 as ClosedRange<UInt32> { flash.setWord(0x0800_0101, at: 0x0800_0000 + 4 * exception) }
    flash.setWord(0xE7FE_E7FE, at: 0x0800_0100)
    prepare(board)
    board.pass(microseconds: 200)
    return board
  }

  private func faults(_ board: TestBoard) -> [String] { board.log.filter { $0.hasPrefix("fault") }.map { String($0.prefix(40)) } }

  private static let noAccess: UInt32 = 0, readWrite: UInt32 = 3 << 24, readOnly: UInt32 = 6 << 24, never: UInt32 = 1 << 28
  private static func size(_ log2: UInt32) -> UInt32 { (log2 - 1) << 1 }

  @Test func aGuard_forbidsReadsAndWritesOfItsPage() throws {
    let start = Self.memoryFaults + region(0, 0x2001_0000, Self.noAccess | Self.size(12)) + Self.on
    let allowed = try run(start + store(1, to: 0x2001_1000) + read(0x2001_1000))
    #expect(faults(allowed) == [])
    #expect(allowed.log.contains("MPU on: 1 regions"))
    for code in [store(1, to: 0x2001_0FFC), read(0x2001_0000)] {
      let board = try run(start + code)
      #expect(faults(board).count == 1 && faults(board)[0].hasPrefix("fault: protection(address: "), "\(board.log)")
    }
  }

  @Test func aRegionSmallerThanAPage_forbidsWrites() throws {
    let start = Self.memoryFaults + region(0, 0x2001_0020, Self.noAccess | Self.size(5)) + Self.on
    #expect(faults(try run(start + store(1, to: 0x2001_001C) + store(1, to: 0x2001_0040))) == [])
    #expect(faults(try run(start + store(1, to: 0x2001_0020))).count == 1)
  }

  @Test func theHigherRegionWins_andEighthsAreLeftOut() throws {
    let start =
      Self.memoryFaults + region(0, 0x2000_0000, Self.readOnly | Self.size(19)) + region(1, 0x2001_0000, Self.readWrite | Self.size(16) | 0x02 << 8)
      + Self.on
    #expect(faults(try run(start + store(1, to: 0x2001_0000))) == [])
    // The second eighth, and behind the region. The stack may not be written either: its frame is the second fault.
    for address in [0x2001_2000, 0x2003_0000] as [UInt32] {
      let found = faults(try run(start + store(1, to: address)))
      #expect(found.count == 2 && found[0].hasPrefix("fault: protection(address: \(address)"), "\(found)")
    }
  }

  @Test func executeNever_isHeld() throws {
    let start = Self.memoryFaults + store(0xE7FE_E7FE, to: 0x2001_0000) + region(0, 0x2000_0000, Self.readWrite | Self.never | Self.size(19)) + Self.on
    let board = try run(start + load(0, 0x2001_0001) + [0x4700])  // bx r0
    #expect(faults(board).count == 1 && faults(board)[0].hasPrefix("fault: protectedFetch"), "\(board.log)")
  }

  @Test func aBaseThatIsNoMultipleOfTheSize_stops() throws {
    #expect(try run(region(2, 0x2001_0020, Self.readWrite | Self.size(12))).finding.contains("MPU_RASR: region 2 begins at 0x20010020"))
  }

  private static let stream = "DMA2 stream 2"

  /// The core spins until a word in DTCM is set, after which DMA has written `address`.
  private func afterDMA(_ before: [UInt16], _ after: [UInt16], to address: UInt32 = 0x2001_0000) throws -> TestBoard {
    let spin = load(0, 0x2000_2000) + [0x2100, 0x6001, 0x6801, 0x2900, 0xD0FC]
    let board = try run(before + spin + after)
    _ = board.machine.masterWrite(7, to: address, width: 1, by: Self.stream)
    _ = board.machine.masterWrite(1, to: 0x2000_2000, width: 4, by: Self.stream)
    board.pass(microseconds: 100)
    return board
  }

  @Test func aLineThatDMAWrote_isInvalidatedBeforeItIsRead() throws {
    let sentence = "0x20010000 is read from a line of the D-cache that DMA2 stream 2 has written since: expected an invalidate"
    #expect(try afterDMA(Self.dataCacheOn, read(0x2001_0000)).finding.contains(sentence))
    let invalidate = store(0x2001_0000, to: Self.system + 0x25C)
    #expect(try afterDMA(Self.dataCacheOn, invalidate + read(0x2001_0000)).finding == "")
    #expect(try afterDMA(Self.dataCacheOn, read(0x2001_0020)).finding == "")
    #expect(try afterDMA([], read(0x2001_0000)).finding == "")
    #expect(try afterDMA(Self.dataCacheOn, read(0x2000_3000), to: 0x2000_3000).finding == "")  // DTCM has no cache
    let uncached = region(0, 0x2001_0000, Self.readWrite | 1 << 19 | Self.size(12)) + Self.on
    #expect(try afterDMA(Self.dataCacheOn + uncached, read(0x2001_0000)).finding == "")
  }

  @Test func aLineThatTheCoreWrote_isCleanedBeforeDMAReadsIt() throws {
    let write = store(0x1234, to: 0x2001_0000)
    let clean = store(0x2001_0000, to: Self.system + 0x268)
    func finding(_ code: [UInt16]) throws -> String {
      let board = try run(code)
      _ = board.machine.masterRead(0x2001_0000, width: 1, by: "DMA2 stream 7")
      return board.finding
    }
    #expect(try finding(Self.dataCacheOn + write).contains("DMA2 stream 7 reads 0x20010000, in a line of the D-cache that the core has never cleaned"))
    #expect(try finding(Self.dataCacheOn + write + clean) == "")
    #expect(try finding(Self.dataCacheOn + clean + write).contains("written since it was cleaned"))
    #expect(try finding(write) == "")
  }
}
