extension Chip {
  /// What both chips have, at the same addresses.
  static func attachCommon(to machine: Machine, limits: ClockLimits, geometry: FlashGeometry) -> [any Peripheral] {
    let power = PowerControl(machine)
    let flash = FlashController(machine, geometry: geometry)
    let clocks = ResetClockControl(machine, limits: limits, power: power, flash: flash)
    machine.clocks = clocks
    let ports = "ABCDEFGHIJK".enumerated().map { GPIOPort(machine, $1, at: 0x4002_0000 + 0x400 * UInt32($0)) }
    machine.ports = Dictionary(uniqueKeysWithValues: zip("ABCDEFGHIJK", ports))
    return [power, flash, clocks, RandomNumberGenerator(machine), IndependentWatchdog(machine)] + ports
  }
}
