/// Up to which frequencies a chip works, by the regulator's voltage scale and over-drive (data sheets DS10916 and
/// DS9405, "General operating conditions").
struct ClockLimits: Sendable {
  /// HCLK in scale 1, 2 and 3.
  let normal: [UInt64]
  /// HCLK with over-drive, which scale 3 does not have.
  let overDrive: [UInt64]
  /// Of the slow and of the fast peripheral bus; with over-drive.
  let apb1: (normal: UInt64, overDrive: UInt64)
  let apb2: (normal: UInt64, overDrive: UInt64)
  let pllOutput: UInt64

  static let stm32f746 = ClockLimits(
    normal: [180_000_000, 168_000_000, 144_000_000], overDrive: [216_000_000, 180_000_000, 144_000_000],
    apb1: (45_000_000, 54_000_000), apb2: (90_000_000, 108_000_000), pllOutput: 216_000_000)

  static let stm32f429 = ClockLimits(
    normal: [168_000_000, 144_000_000, 120_000_000], overDrive: [180_000_000, 168_000_000, 120_000_000],
    apb1: (42_000_000, 45_000_000), apb2: (84_000_000, 90_000_000), pllOutput: 180_000_000)

  func core(scale: Int, isOverDrive: Bool) -> UInt64 { (isOverDrive ? overDrive : normal)[scale - 1] }
}

/// Wait states flash needs at 2.7 to 3.6 V: one for each 30 MHz begun above the first (RM0385, 3.3.2; RM0090, 3.5.1:
/// "number of wait states according to CPU clock frequency").
func flashWaitStates(at hertz: UInt64) -> UInt32 { UInt32((max(hertz, 1) - 1) / 30_000_000) }

/// `216 MHz`, `32 kHz`, `37.5 MHz`.
package func frequency(_ hertz: UInt64) -> String {
  let (unit, name): (UInt64, String) = hertz >= 1_000_000 ? (1_000_000, "MHz") : (1000, "kHz")
  if hertz % unit == 0 { return "\(hertz / unit) \(name)" }
  let thousandths = hertz % unit * 1000 / unit
  return "\(hertz / unit).\(String(repeating: "0", count: 3 - String(thousandths).count))\(thousandths) \(name)"
}
