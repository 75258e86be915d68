/// Sectors and banks of a chip's flash, and how long they take at 2.7 to 3.6 V, 32 bits at a time: typical values of
/// the data sheets' tables "Flash memory programming".
struct FlashGeometry: Sendable {
  struct Sector: Hashable, Sendable {
    /// As FLASH_CR's SNB has it.
    let number: UInt32
    let start: UInt32
    let kilobytes: UInt32
    let bank: Int

    var range: Range<UInt32> { start..<start + kilobytes << 10 }
  }

  let sectors: [Sector]
  /// By a sector's size in KB.
  let eraseTimes: [UInt32: VirtualTime]
  let programTime: VirtualTime = .microseconds(16)
  let base: UInt32 = 0x0800_0000

  private init(banks: [[UInt32]], firstNumbers: [UInt32], eraseTimes: [UInt32: VirtualTime]) {
    var sectors: [Sector] = []
    var start = base
    for (bank, sizes) in banks.enumerated() {
      for (index, kilobytes) in sizes.enumerated() {
        sectors.append(Sector(number: firstNumbers[bank] + UInt32(index), start: start, kilobytes: kilobytes, bank: bank))
        start += kilobytes << 10
      }
    }
    self.sectors = sectors
    self.eraseTimes = eraseTimes
  }

  /// RM0385, 3.3.1; DS10916.
  static let stm32f746 = FlashGeometry(
    banks: [[32, 32, 32, 32, 128, 256, 256, 256]], firstNumbers: [0],
    eraseTimes: [32: .milliseconds(200), 128: .milliseconds(500), 256: .milliseconds(1000)])

  /// RM0090, 3.4, 2 MB in two banks; SNB counts the second one from 16. DS9405.
  static let stm32f429 = FlashGeometry(
    banks: Array(repeating: [16, 16, 16, 16, 64] + Array(repeating: 128, count: 7), count: 2), firstNumbers: [0, 16],
    eraseTimes: [16: .milliseconds(250), 64: .milliseconds(550), 128: .milliseconds(1000)])

  func sector(number: UInt32) -> Sector? { sectors.first { $0.number == number } }
  func sector(at address: UInt32) -> Sector? { sectors.first { $0.range.contains(address) } }

  /// Nothing there can be read while one of its sectors is erased or programmed.
  func bankRange(_ bank: Int) -> Range<UInt32> {
    let own = sectors.filter { $0.bank == bank }
    return own[0].range.lowerBound..<own[own.count - 1].range.upperBound
  }

  func eraseTime(of sector: Sector) -> VirtualTime { eraseTimes[sector.kilobytes, default: 0] }
}
