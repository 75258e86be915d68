import EmulatorCore

/// A microcontroller: its memory and peripherals.
package struct Chip: Sendable {
  package let name: String
  let core: emulator_core_kind
  let interruptCount: Int
  /// Anew for every machine.
  let memory: @Sendable () -> [MemoryRegion]
  /// Where registers lie; multiples of 4,096.
  let registerWindows: [Range<UInt32>]
  /// Where the core finds its vector table at reset, BOOT0 low.
  let vectorTable: UInt32
  /// Makes the chip's peripherals, sets `machine.clocks`, and returns them to be attached.
  let attach: @Sendable (Machine) -> [any Peripheral]
}

extension Chip {
  var hasCaches: Bool { core == EMULATOR_CORTEX_M7 }
  /// The Cortex-M7 has a software lock before the DWT.
  var hasDebugLock: Bool { core == EMULATOR_CORTEX_M7 }
}
