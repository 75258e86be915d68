/// The peripherals of the serial line: USART1 and USART3, DMA1 and DMA2, and their requests.
struct SerialPeripherals {
  enum Generation { case f4, f7 }

  let all: [any Peripheral]

  /// Addresses: RM0385, 2.2.2 and RM0090, 2.3, the same. Interrupts: 10.1.2 and 12.1.3.
  init(_ machine: Machine, _ generation: Generation) {
    let requests = DMARequests()
    let controllers = [
      DMA(machine, number: 1, base: 0x4002_6000, requests: requests), DMA(machine, number: 2, base: 0x4002_6400, requests: requests),
    ]
    requests.serve = { request in for controller in controllers { controller.serve(request) } }
    func usart(_ name: String, _ base: UInt32, interrupt: Int, _ receive: DMARequest, _ transmit: DMARequest) -> any Peripheral {
      let channel = USARTChannel(
        machine, name: name, interrupt: interrupt, requests: requests, receive: receive, transmit: transmit,
        needsRequestForErrors: generation == .f4)
      if name == machine.board.usart { Self.connect(channel, to: machine) }
      return switch generation {
      case .f4: USARTOfF4(name: name, base: base, clockEnable: "\(name)EN", channel: channel)
      case .f7: USARTOfF7(machine, name: name, base: base, clockEnable: "\(name)EN", channel: channel)
      }
    }
    all =
      [
        usart("USART1", 0x4001_1000, interrupt: 37, .usart1Receive, .usart1Transmit),
        usart("USART3", 0x4000_4800, interrupt: 39, .usart3Receive, .usart3Transmit),
      ] + controllers
  }

  /// To the probe's virtual COM port, through the pins the board's user manual names.
  private static func connect(_ channel: USARTChannel, to machine: Machine) {
    let board = machine.board
    machine.serialLine = SerialLine(machine, usart: channel)
    channel.isReceivePinConnected = { [unowned machine] in machine.isConnected(board.receivePin) }
    channel.isTransmitPinConnected = { [unowned machine] in machine.isConnected(board.transmitPin) }
  }
}
