import BoardEmulator
import Testing

/// A board whose core sleeps while a test is the firmware: it sets the registers itself, as DMA would reach them.
/// The clocks are as after reset: 16 MHz, and USART1 at 1,000,000 baud, so that a bit lasts 1 µs.
final class SerialBench {
  let machine: Machine
  let line: SerialLine
  private let isF7: Bool

  static let boards = ["stm32f746g-disco", "stm32f429i-disc1"]
  private static let usart: UInt32 = 0x4001_1000

  init(_ name: String, connectsPins: Bool = true) throws {
    let board = try #require(EmulatedBoard.named(name))
    isF7 = board.chip.name == "STM32F746"
    machine = try Machine(board: board)
    try machine.load(Program("main: wfi\n b main").image)
    line = try #require(machine.serialLine)
    machine.powerOn()
    set(0x4002_3830, 0x0060_0003 | 0x0010_0000)  // RCC_AHB1ENR: DMA2, DMA1, GPIOB, GPIOA; CCM's reset value
    set(0x4002_3844, 1 << 4)  // RCC_APB2ENR: USART1
    if connectsPins { connect() }
    control3(0)
    set(divider, 16)
    control1(0)
  }

  /// PA9 is TX; RX is PB7 on the one board, PA10 on the other.
  private func connect() {
    set(0x4002_0000, isF7 ? 0xA808_0000 : 0xA828_0000)
    set(0x4002_0024, isF7 ? 0x70 : 0x770)
    if isF7 {
      set(0x4002_0400, 0x0000_8280)
      set(0x4002_0420, 0x7000_0000)
    }
  }

  func set(_ address: UInt32, _ value: UInt32) { _ = machine.masterWrite(value, to: address, width: 4, by: "the test") }
  func get(_ address: UInt32) -> UInt32 { machine.masterRead(address, width: 4, by: "the test") ?? 0 }

  private var divider: UInt32 { Self.usart + (isF7 ? 0x0C : 0x08) }
  var receiveData: UInt32 { Self.usart + (isF7 ? 0x24 : 0x04) }
  var transmitData: UInt32 { Self.usart + (isF7 ? 0x28 : 0x04) }

  /// UE, TE, RE and `more`, bits where both generations have them.
  func control1(_ more: UInt32) { set(Self.usart + (isF7 ? 0 : 0x0C), more | 0xC | (isF7 ? 1 : 1 << 13)) }
  func control3(_ value: UInt32) { set(Self.usart + (isF7 ? 0x08 : 0x14), value) }
  func setDivider(_ value: UInt32) { set(divider, value) }

  /// SR or ISR, without the bits only one of them has.
  var status: UInt32 { self.get(Self.usart + (isF7 ? 0x1C : 0)) & 0xFF }

  /// Clears errors and IDLE, each generation's way.
  func acknowledge() {
    if isF7 {
      set(Self.usart + 0x20, 0x1E)
    } else {
      _ = status
      _ = get(receiveData)
    }
  }

  func run(microseconds: UInt64) { _ = machine.run(until: machine.now + .microseconds(microseconds)) }
}

/// Flags of SR and ISR.
enum Flag {
  static let framing: UInt32 = 1 << 1, noise: UInt32 = 1 << 2, overrun: UInt32 = 1 << 3, idle: UInt32 = 1 << 4
  static let received: UInt32 = 1 << 5, complete: UInt32 = 1 << 6, empty: UInt32 = 1 << 7
}
