extension EmulatedBoard {
  /// The boards of `Firmware/boards` that are hardware.
  package static let all = [stm32f746gDisco, nucleoF746zg, nucleoF429zi, stm32f429iDisc1]

  package static func named(_ name: String) -> EmulatedBoard? { all.first { $0.name == name } }

  /// 32F746GDISCOVERY (UM1907, 6.2 clocks, 6.15 virtual COM port).
  static let stm32f746gDisco = EmulatedBoard(
    name: "stm32f746g-disco", chip: .stm32f746, externalClock: .crystal(hertz: 25_000_000), usart: "USART1",
    transmitPin: Pin(port: "A", number: 9, alternateFunction: 7), receivePin: Pin(port: "B", number: 7, alternateFunction: 7),
    led: Pin(port: "I", number: 1, alternateFunction: 0))

  /// NUCLEO-F746ZG (UM1974): 8 MHz from the ST-LINK's MCO, USART3 to the ST-LINK.
  static let nucleoF746zg = EmulatedBoard(
    name: "nucleo-f746zg", chip: .stm32f746, externalClock: .signal(hertz: 8_000_000), usart: "USART3",
    transmitPin: Pin(port: "D", number: 8, alternateFunction: 7), receivePin: Pin(port: "D", number: 9, alternateFunction: 7),
    led: Pin(port: "B", number: 0, alternateFunction: 0))

  /// NUCLEO-F429ZI (UM1974): the same circuit.
  static let nucleoF429zi = EmulatedBoard(
    name: "nucleo-f429zi", chip: .stm32f429, externalClock: .signal(hertz: 8_000_000), usart: "USART3",
    transmitPin: Pin(port: "D", number: 8, alternateFunction: 7), receivePin: Pin(port: "D", number: 9, alternateFunction: 7),
    led: Pin(port: "B", number: 0, alternateFunction: 0))

  /// 32F429IDISCOVERY, STM32F429I-DISC1 (UM1670): 8 MHz crystal, USART1 to the ST-LINK/V2-B.
  static let stm32f429iDisc1 = EmulatedBoard(
    name: "stm32f429i-disc1", chip: .stm32f429, externalClock: .crystal(hertz: 8_000_000), usart: "USART1",
    transmitPin: Pin(port: "A", number: 9, alternateFunction: 7), receivePin: Pin(port: "A", number: 10, alternateFunction: 7),
    led: Pin(port: "G", number: 13, alternateFunction: 0))
}
