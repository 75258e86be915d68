/// USART of the STM32F4 (RM0090, chapter 30): one data register, and flags that reading SR and then DR clears.
final class USARTOfF4: Peripheral {
  let name: String
  let base: UInt32
  let clockEnable: String?
  let channel: USARTChannel
  let registers = [
    // TC and RXNE are cleared by writing 0; writing 1 does nothing, and writing the others neither.
    Register("SR", at: 0, reset: 0xC0, writable: 0x60, readOnly: 0x39F, "RM0090 30.6.1"),
    Register("DR", at: 4, writable: 0xFF, "RM0090 30.6.2", hasReadEffect: true),
    Register("BRR", at: 8, writable: 0xFFFF, "RM0090 30.6.3"),
    // UE, PEIE to IDLEIE, TE, RE: M, PCE and OVER8 stay 0.
    Register("CR1", at: 12, writable: 0x21FC, "RM0090 30.6.4"),
    // STOP stays 0: one stop bit.
    Register("CR2", at: 16, "RM0090 30.6.5"),
    // DMAT, DMAR, EIE.
    Register("CR3", at: 20, writable: 0xC1, "RM0090 30.6.6"),
    Register("GTPR", at: 24, "RM0090 30.6.7"),
  ]
  /// Flags the last read of SR showed: the first half of the sequence that clears them.
  private var seen: USARTChannel.Flags = []

  init(name: String, base: UInt32, clockEnable: String, channel: USARTChannel) {
    self.name = name
    self.base = base
    self.clockEnable = clockEnable
    self.channel = channel
  }

  func reset(_ cause: ResetCause) {
    seen = []
    channel.reset()
  }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case 0:
      seen = channel.flags
      return channel.flags.rawValue
    case 4:
      let cleared = seen.intersection([.framingError, .noise, .overrun, .idle])
      seen.subtract(cleared)
      return UInt32(channel.takeReceiveData(clearing: cleared))
    case 8: return channel.control.divider
    case 12: return channel.control.control1 | (channel.control.isEnabled ? 1 << 13 : 0)
    case 20: return channel.control.control3
    default: return 0
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    var control = channel.control
    switch offset {
    case 0: channel.clear(USARTChannel.Flags(rawValue: ~value).intersection([.receiveNotEmpty, .transmissionComplete]))
    case 4:
      channel.putTransmitData(UInt8(truncatingIfNeeded: value), clearsComplete: seen.contains(.transmissionComplete))
      seen.remove(.transmissionComplete)
    case 8:
      control.divider = value
      channel.set(control)
    case 12:
      control.isEnabled = value & 1 << 13 != 0
      control.control1 = value & ~(1 << 13)
      channel.set(control)
    case 20:
      control.control3 = value
      channel.set(control)
    default: break
    }
  }
}
