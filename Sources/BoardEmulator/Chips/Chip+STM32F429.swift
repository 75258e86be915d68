import EmulatorCore

extension Chip {
  /// STM32F429 with 2 MB of flash (RM0090, 2.3; data sheet DS9405). SRAM1 to SRAM3 are contiguous.
  package static let stm32f429 = Chip(
    name: "STM32F429", core: EMULATOR_CORTEX_M4, interruptCount: 91,
    memory: {
      [
        MemoryRegion("FLASH", at: 0x0800_0000, size: 2 << 20, .flash),
        MemoryRegion("SRAM", at: 0x2000_0000, size: 192 << 10, .ram),
        MemoryRegion("CCM", at: 0x1000_0000, size: 64 << 10, .ram, isReachedByDMA: false),
      ]
    },
    registerWindows: [
      0x1FFF_7000..<0x1FFF_8000, 0x4000_0000..<0x4008_0000, 0x5006_0000..<0x5006_1000, 0xE000_0000..<0xE010_0000,
    ],
    vectorTable: 0x0800_0000,
    attach: { machine in
      let identity = DeviceIdentity(base: 0x1FFF_7A10, flashSize: 0x1FFF_7A22, kilobytes: 2048, device: machine.device)
      return attachCommon(to: machine, limits: .stm32f429, geometry: .stm32f429)
        + SerialPeripherals(machine, .f4).all + [identity, DebugControl(identification: 0x2001_0419)]
    })
}
