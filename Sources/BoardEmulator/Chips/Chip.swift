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
  /// Cycles an instruction takes on average: what the cycle rules of `Documentation/cycles.md` make of an MCUNet step
  /// (75 to 80 million cycles for 54.6 million instructions on the M4; 39 to 69 on the M7, which issues two at once).
  package var cyclesPerInstruction: Double { core == EMULATOR_CORTEX_M7 ? 1.0 : 1.4 }
  /// The Cortex-M7 has a software lock before the DWT.
  var hasDebugLock: Bool { core == EMULATOR_CORTEX_M7 }
}
