import Foundation
import Testing

import BoardEmulator

@Suite struct FlashTests {
  private static let unlock = store(0x4567_0123, to: FLASH.keyr) + store(0xCDEF_89AB, to: FLASH.keyr)
  private static let busy: UInt32 = 1 << 16

  private func erase(_ number: UInt32) -> [UInt16] {
    store(2 << 8 | 1 << 1 | number << 3 | 1 << 16, to: FLASH.cr) + wait(untilClear: Self.busy, at: FLASH.sr)
  }

  private func program(_ value: UInt32, at address: UInt32) -> [UInt16] {
    store(2 << 8 | 1, to: FLASH.cr) + store(value, to: address) + wait(untilClear: Self.busy, at: FLASH.sr)
  }

  private func word(_ board: TestBoard, _ address: UInt32) -> UInt32 { board.machine.memory.first { $0.kind == .flash }!.word(at: address) }

  /// Last sector of each chip.
  static let chips: [(String, sector: UInt32, address: UInt32)] = [("nucleo-f746zg", 7, 0x080C_0000), ("nucleo-f429zi", 27, 0x081E_0000)]

  @Test(arguments: chips)
  func erasedAndProgrammed_holdsWhatWasStored(_ name: String, _ sector: UInt32, _ address: UInt32) throws {
    let board = try TestBoard(
      name, code: Self.unlock + program(0, at: address + 64) + erase(sector) + program(0x1234_5678, at: address) + program(0x0F0F_0F0F, at: address))
    board.pass(microseconds: 500_000)
    #expect(board[FLASH.sr] & Self.busy != 0)
    board.pass(microseconds: 700_000)
    #expect(board[FLASH.sr] & Self.busy == 0)
    #expect(board.finding == "")
    #expect(word(board, address) == 0x0204_0608)  // bits fall, none rises
    #expect(word(board, address + 64) == 0xFFFF_FFFF)
    #expect(board.log.contains { $0.hasSuffix("cannot set bits without an erase") })
  }

  @Test func singleBank_stallsCode_dualBankDoesNot() throws {
    let code = Self.unlock + store(2 << 8 | 1 << 1 | 1 << 16 | 7 << 3, to: FLASH.cr)
    let single = try TestBoard("nucleo-f746zg", code: code)
    single.pass(microseconds: 1_100_000)
    #expect(single.machine.stalledTime > .milliseconds(990))
    let dual = try TestBoard("nucleo-f429zi", code: Self.unlock + store(2 << 8 | 1 << 1 | 1 << 16 | 23 << 3, to: FLASH.cr))
    dual.pass(microseconds: 1_100_000)
    #expect(dual.machine.stalledTime == 0)
  }

  @Test(arguments: [
    ([], 0x80, "a store to 0x080C0000 without PG in FLASH_CR"),  // locked: ERSERR
    (unlock + store(1, to: FLASH.cr), 0x40, "a store of 4 bytes to 0x080C0000 with PSIZE for 1"),  // PGPERR
    (unlock + store(1 << 16, to: FLASH.cr), 0x80, "STRT with PG, SER, MER 0: expected SER alone"),
  ] as [([UInt16], UInt32, String)])
  func whatIsNotAllowed_setsItsFlagAndChangesNothing(_ code: [UInt16], _ flag: UInt32, _ note: String) throws {
    let board = try TestBoard(code: code + store(0, to: 0x080C_0000))
    board.pass(microseconds: 1000)
    #expect(board[FLASH.sr] & 0xF3 & flag == flag)
    #expect(board.log.contains("flash: \(note)"), "\(board.log)")
    #expect(word(board, 0x080C_0000) == 0xFFFF_FFFF)
    board[FLASH.sr] = 0xF3
    #expect(board[FLASH.sr] == 0)
  }

  @Test func aWrongKey_locksUntilReset() throws {
    let board = try TestBoard()
    for key in [0x4567_0123, 0x1111_1111, 0x4567_0123, 0xCDEF_89AB] as [UInt32] { board[FLASH.keyr] = key }
    #expect(board[FLASH.cr] >> 31 == 1)
    board.machine.requestReset(.software)
    board.pass(microseconds: 1)
    for key in [0x4567_0123, 0xCDEF_89AB] as [UInt32] { board[FLASH.keyr] = key }
    #expect(board[FLASH.cr] >> 31 == 0)
  }

  @Test func programming64Bits_needsASupplyNoBoardHas() throws {
    let board = try TestBoard(code: Self.unlock + store(3 << 8 | 1, to: FLASH.cr) + store(0, to: 0x080C_0000))
    board.pass(microseconds: 100)
    #expect(board.finding.contains("FLASH_CR: found PSIZE 3: expected 2 at most"))
  }

  @Test func aPowerCutWithinAProgram_leavesEachBitOldOrNew() throws {
    let board = try TestBoard(code: Self.unlock + program(0x0000_FFFF, at: 0x080C_0000) + program(0x5555_0000, at: 0x080C_0004))
    board.machine.faultInjection.powerCutFlashOperation = 2
    board.pass(microseconds: 40)
    #expect(board.log.contains("power cut within flash operation 2"))
    #expect(word(board, 0x080C_0000) == 0x0000_FFFF)
    #expect(word(board, 0x080C_0004) & 0x5555_0000 == 0x5555_0000)
    #expect(board.machine.resets == 2)
  }

  @Test func aPowerCutWithinAnErase_leavesTheSectorMixed() throws {
    let board = try TestBoard(code: Self.unlock + erase(7))
    let flash = board.machine.memory.first { $0.kind == .flash }!
    for offset in 0..<64 as Range<UInt32> { flash.setWord(0, at: 0x080C_0000 + 4 * offset) }
    board.machine.faultInjection.powerCutFlashOperation = 1
    board.pass(microseconds: 600_000)
    let words = (0..<64 as Range<UInt32>).map { word(board, 0x080C_0000 + 4 * $0) }
    #expect(words.contains { $0 != 0 } && words.contains { $0 != .max })
  }

  @Test func aFile_keepsFlashOverProcesses() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("flash-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try TestBoard(code: Self.unlock + program(0x1234_5678, at: 0x080C_0000), flashFile: path)
    first.pass(microseconds: 100)
    #expect(word(try TestBoard(flashFile: path), 0x080C_0000) == 0x1234_5678)
  }
}
