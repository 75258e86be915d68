/// USART of the STM32F7 (RM0385, chapter 31): data registers of their own, flags cleared through ICR.
final class USARTOfF7: Peripheral {
  let name: String
  let base: UInt32
  let clockEnable: String?
  let channel: USARTChannel
  private unowned let machine: Machine
  let registers = [
    // UE, RE, TE, IDLEIE to PEIE: M, PCE, OVER8 and the rest stay 0.
    Register("CR1", at: 0, writable: 0x1FD, "RM0385 31.8.1"),
    // STOP stays 0: one stop bit.
    Register("CR2", at: 4, "RM0385 31.8.2"),
    // DMAT, DMAR, EIE.
    Register("CR3", at: 8, writable: 0xC1, "RM0385 31.8.3"),
    Register("BRR", at: 12, writable: 0xFFFF, "RM0385 31.8.4"),
    Register("GTPR", at: 16, "RM0385 31.8.5"),
    Register("RTOR", at: 20, "RM0385 31.8.6"),
    // RXFRQ.
    Register("RQR", at: 24, writable: 8, "RM0385 31.8.7"),
    Register("ISR", at: 28, reset: 0xC0, readOnly: .max, "RM0385 31.8.8"),
    // TCCF, IDLECF, ORECF, NCF, FECF, PECF.
    Register("ICR", at: 32, writable: 0x5F, "RM0385 31.8.9"),
    Register("RDR", at: 36, readOnly: .max, "RM0385 31.8.10", hasReadEffect: true),
    Register("TDR", at: 40, writable: 0xFF, "RM0385 31.8.11"),
  ]

  init(_ machine: Machine, name: String, base: UInt32, clockEnable: String, channel: USARTChannel) {
    self.machine = machine
    self.name = name
    self.base = base
    self.clockEnable = clockEnable
    self.channel = channel
  }

  func reset(_ cause: ResetCause) { channel.reset() }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case 0: channel.control.control1 | (channel.control.isEnabled ? 1 : 0)
    case 8: channel.control.control3
    case 12: channel.control.divider
    case 28:
      channel.flags.rawValue | (channel.control.transmits ? 1 << 21 : 0) | (channel.control.receives ? 1 << 22 : 0)  // TEACK, REACK
    case 36: UInt32(channel.takeReceiveData())
    default: 0
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    var control = channel.control
    switch offset {
    case 0:
      control.isEnabled = value & 1 != 0
      control.control1 = value & ~1
      channel.set(control)
    case 8:
      control.control3 = value
      channel.set(control)
    case 12:
      if control.isEnabled {
        machine.stop(.brokenRule, "\(name)_BRR: found a write of 0x\(hex(value)) with UE 1: expected UE 0, the write, UE 1")
      }
      control.divider = value
      channel.set(control)
    case 24: channel.clear(.receiveNotEmpty)
    case 32: channel.clear(USARTChannel.Flags(rawValue: value & 0x5F))
    case 40: channel.putTransmitData(UInt8(truncatingIfNeeded: value), clearsComplete: true)
    default: break
    }
  }
}
