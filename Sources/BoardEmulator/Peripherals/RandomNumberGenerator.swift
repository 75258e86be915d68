/// The random number generator (RM0385, "RNG"; RM0090, 24): a word every 40 periods of the PLL's 48 MHz domain.
///
/// Its numbers come from the machine's seed and go on through resets, so that no two boots draw the same.
final class RandomNumberGenerator: Peripheral {
  private enum Offset {
    static let cr: UInt32 = 0, sr: UInt32 = 4, dr: UInt32 = 8
  }
  private static let enable: UInt32 = 1 << 2
  private static let periods: UInt64 = 40

  let name = "RNG"
  let base: UInt32 = 0x5006_0800
  let clockEnable: String? = "RNGEN"
  let registers = [
    Register("CR", at: Offset.cr, writable: 1 << 2, "RM0385 RNG_CR, RM0090 24.4.1"),
    Register("SR", at: Offset.sr, readOnly: 7, "RM0385 RNG_SR, RM0090 24.4.2"),
    Register("DR", at: Offset.dr, readOnly: .max, "RM0385 RNG_DR, RM0090 24.4.3", hasReadEffect: true),
  ]
  private unowned let machine: Machine
  private var state: UInt64
  private var control: UInt32 = 0
  /// When the next word is there.
  private var readyTime: VirtualTime?

  init(_ machine: Machine) {
    self.machine = machine
    state = machine.seed
  }

  func reset(_ cause: ResetCause) {
    control = 0
    readyTime = nil
  }

  private var isReady: Bool { readyTime.map { machine.now >= $0 } ?? false }

  /// At least a sixteenth of HCLK, or the generator reports a clock error (CECS) and gives nothing.
  private func begin() {
    let hertz = machine.clocks.hertz(of: name)
    let isSlow = hertz < machine.clocks.coreHertz / 16
    readyTime = control & Self.enable == 0 || isSlow ? nil : machine.now + Self.periods * .milliseconds(1000) / hertz
    if isSlow && control & Self.enable != 0 {
      machine.note("RNG: its clock, \(frequency(hertz)), is below a sixteenth of HCLK")
    }
    if hertz > 48_000_000 {
      machine.stop(.brokenRule, "RNG_CR: RNGEN is set with the PLL's 48 MHz domain at \(frequency(hertz)): expected at most 48 MHz")
    }
  }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case Offset.cr: return control
    case Offset.sr: return isReady ? 1 : control & Self.enable != 0 && readyTime == nil ? 2 : 0
    default:
      guard isReady else { return 0 }
      begin()
      return next()
    }
  }

  /// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
  private func next() -> UInt32 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return UInt32(truncatingIfNeeded: mixed >> 32)
  }

  func write(_ value: UInt32, to offset: UInt32) {
    guard offset == Offset.cr, control != value else { return }
    control = value
    begin()
  }
}
