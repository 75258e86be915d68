/// Registers of the RCC, and the clock enables in them.
extension ResetClockControl {
  enum Offset {
    static let cr: UInt32 = 0x00, pllcfgr: UInt32 = 0x04, cfgr: UInt32 = 0x08
    static let ahb1rstr: UInt32 = 0x10, apb2rstr: UInt32 = 0x24
    static let ahb1enr: UInt32 = 0x30, ahb2enr: UInt32 = 0x34, apb1enr: UInt32 = 0x40, apb2enr: UInt32 = 0x44
    static let csr: UInt32 = 0x74, dckcfgr2: UInt32 = 0x90
    /// From an enable register back to the reset register with the same bits.
    static let enableFromReset: UInt32 = 0x20
  }

  enum Control {
    static let hsiOn: UInt32 = 1 << 0, hsiReady: UInt32 = 1 << 1
    static let hseOn: UInt32 = 1 << 16, hseReady: UInt32 = 1 << 17, hseBypass: UInt32 = 1 << 18
    static let pllOn: UInt32 = 1 << 24, pllReady: UInt32 = 1 << 25
    static let reset: UInt32 = 0x83  // HSION, HSIRDY, HSITRIM 16
  }

  enum Status {
    static let lsiOn: UInt32 = 1 << 0, lsiReady: UInt32 = 1 << 1, removeFlags: UInt32 = 1 << 24
    static let brownOut: UInt32 = 1 << 25, pin: UInt32 = 1 << 26, powerOn: UInt32 = 1 << 27
    static let software: UInt32 = 1 << 28, independentWatchdog: UInt32 = 1 << 29
    static let flags: UInt32 = 0xFE00_0000
  }

  struct Enable {
    let name: String
    let offset: UInt32
    let bit: UInt32
  }

  /// The same on both chips (RM0385, 5.3.10 to 5.3.14; RM0090, 6.3.10 to 6.3.14): of peripherals that are modelled.
  static let enables: [Enable] =
    "ABCDEFGHIJK".enumerated().map { Enable(name: "GPIO\($1)EN", offset: Offset.ahb1enr, bit: UInt32($0)) } + [
      Enable(name: "DMA1EN", offset: Offset.ahb1enr, bit: 21), Enable(name: "DMA2EN", offset: Offset.ahb1enr, bit: 22),
      Enable(name: "RNGEN", offset: Offset.ahb2enr, bit: 6),
      Enable(name: "USART2EN", offset: Offset.apb1enr, bit: 17), Enable(name: "USART3EN", offset: Offset.apb1enr, bit: 18),
      Enable(name: "UART4EN", offset: Offset.apb1enr, bit: 19), Enable(name: "UART5EN", offset: Offset.apb1enr, bit: 20),
      Enable(name: "UART7EN", offset: Offset.apb1enr, bit: 30), Enable(name: "UART8EN", offset: Offset.apb1enr, bit: 31),
      Enable(name: "PWREN", offset: Offset.apb1enr, bit: 28),
      Enable(name: "USART1EN", offset: Offset.apb2enr, bit: 4), Enable(name: "USART6EN", offset: Offset.apb2enr, bit: 5),
      Enable(name: "SYSCFGEN", offset: Offset.apb2enr, bit: 14),
    ]

  static func bits(of offset: UInt32) -> UInt32 { enables.filter { $0.offset == offset }.reduce(0) { $0 | 1 << $1.bit } }

  /// - Parameter hasKernelClockSelection: the F7's USARTs choose their clock in RCC_DCKCFGR2.
  static func map(hasKernelClockSelection: Bool) -> [Register] {
    let ahb1 = bits(of: Offset.ahb1enr), ahb2 = bits(of: Offset.ahb2enr)
    let apb1 = bits(of: Offset.apb1enr), apb2 = bits(of: Offset.apb2enr)
    let memory: UInt32 = 1 << 20  // DTCMRAMEN, CCMDATARAMEN
    let common = [
      Register(
        "CR", at: Offset.cr, reset: Control.reset, writable: Control.hsiOn | Control.hseOn | Control.hseBypass | Control.pllOn,
        readOnly: Control.hsiReady | Control.hseReady | Control.pllReady, "RM0385 5.3.1, RM0090 6.3.1"),
      Register("PLLCFGR", at: Offset.pllcfgr, reset: 0x2400_3010, writable: 0x0F43_7FFF, "RM0385 5.3.2, RM0090 6.3.2"),
      Register("CFGR", at: Offset.cfgr, writable: 0x0000_FCF3, readOnly: 0xC, "RM0385 5.3.3, RM0090 6.3.3"),
      Register("AHB1RSTR", at: 0x10, writable: ahb1, "RM0385 5.3.5, RM0090 6.3.5"),
      Register("AHB2RSTR", at: 0x14, writable: ahb2, "RM0385 5.3.6, RM0090 6.3.6"),
      Register("APB1RSTR", at: 0x20, writable: apb1, "RM0385 5.3.8, RM0090 6.3.8"),
      Register("APB2RSTR", at: 0x24, writable: apb2, "RM0385 5.3.9, RM0090 6.3.9"),
      Register("AHB1ENR", at: Offset.ahb1enr, reset: memory, writable: ahb1 | memory, "RM0385 5.3.10, RM0090 6.3.10"),
      Register("AHB2ENR", at: Offset.ahb2enr, writable: ahb2, "RM0385 5.3.11, RM0090 6.3.11"),
      Register("APB1ENR", at: Offset.apb1enr, writable: apb1, "RM0385 5.3.13, RM0090 6.3.13"),
      Register("APB2ENR", at: Offset.apb2enr, writable: apb2, "RM0385 5.3.14, RM0090 6.3.14"),
      Register(
        "CSR", at: Offset.csr, reset: Status.brownOut | Status.pin | Status.powerOn, writable: Status.lsiOn | Status.removeFlags,
        readOnly: Status.flags | Status.lsiReady, "RM0385 5.3.21, RM0090 6.3.21"),
    ]
    guard hasKernelClockSelection else { return common }
    return common + [Register("DCKCFGR2", at: Offset.dckcfgr2, writable: 0xFFFF, "RM0385 5.3.25")]
  }
}
