/// The unique id and the size of the flash, in the chip's system memory (RM0385, 41; RM0090, 39), and DBGMCU, whose
/// IDCODE names the chip (RM0385, 40.6.1; RM0090, 38.6.1).
final class DeviceIdentity: Peripheral {
  let name = "UID"
  let base: UInt32
  let registers: [Register]
  private let words: [UInt32: UInt32]

  /// - Parameters:
  ///   - base: of the id; the flash size is the half word at `flashSize`.
  ///   - device: tells boards apart: X and Y coordinates, wafer and lot in a real one.
  init(base: UInt32, flashSize: UInt32, kilobytes: UInt32, device: UInt32) {
    self.base = base
    // Lot and wafer in ASCII, as the chips have them.
    let id: [UInt32] = [device &* 0x0001_0003 ^ 0x0034_0027, 0x3138_5107 ^ device >> 16, 0x3037_3435]
    let sizeOffset = (flashSize & ~3) - base
    words = [0: id[0], 4: id[1], 8: id[2], sizeOffset: flashSize & 2 != 0 ? kilobytes << 16 : kilobytes]
    registers = [
      Register("ID0", at: 0, readOnly: .max, "RM0385 41.1, RM0090 39.1"),
      Register("ID1", at: 4, readOnly: .max, "RM0385 41.1, RM0090 39.1"),
      Register("ID2", at: 8, readOnly: .max, "RM0385 41.1, RM0090 39.1"),
      Register("FLASH_SIZE", at: sizeOffset, readOnly: .max, "RM0385 41.2, RM0090 39.2"),
    ]
  }

  func reset(_ cause: ResetCause) {}
  func read(_ offset: UInt32) -> UInt32 { words[offset] ?? 0 }
  func write(_ value: UInt32, to offset: UInt32) {}
}
