import EmulatorCore

extension Chip {
  /// STM32F746 (RM0385, 2.2; data sheet DS10916). The flash's second address, 0x0020_0000, is not modelled: no image of
  /// ours is linked there.
  package static let stm32f746 = Chip(
    name: "STM32F746", core: EMULATOR_CORTEX_M7, interruptCount: 98,
    memory: {
      [
        MemoryRegion("FLASH", at: 0x0800_0000, size: 1 << 20, .flash, isCacheable: true),
        MemoryRegion("ITCM", at: 0x0000_0000, size: 16 << 10, .ram, isReachedByDMA: false),
        MemoryRegion("DTCM", at: 0x2000_0000, size: 64 << 10, .ram),
        MemoryRegion("SRAM1", at: 0x2001_0000, size: 240 << 10, .ram, isCacheable: true),
        MemoryRegion("SRAM2", at: 0x2004_C000, size: 16 << 10, .ram, isCacheable: true),
      ]
    },
    registerWindows: [
      0x1FF0_F000..<0x1FF1_0000, 0x4000_0000..<0x4008_0000, 0x5006_0000..<0x5006_1000, 0xE000_0000..<0xE010_0000,
    ],
    vectorTable: 0x0800_0000,
    attach: { machine in
      let identity = DeviceIdentity(base: 0x1FF0_F420, flashSize: 0x1FF0_F442, kilobytes: 1024, device: machine.device)
      return attachCommon(to: machine, limits: .stm32f746, geometry: .stm32f746)
        + SerialPeripherals(machine, .f7).all + [identity, DebugControl(identification: 0x1001_0449), CacheMaintenance(machine)]
    })
}
