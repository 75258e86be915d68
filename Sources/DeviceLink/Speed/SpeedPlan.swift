/// How a serial line finds its speed. Without one the line stays as it was opened.
package struct SpeedPlan: Hashable, Sendable, Codable {
  /// What the line was opened with, and what the device uses after a reset.
  package var standardBaud: Int
  /// The fastest rate that was good enough the last time, for this probe.
  package var rememberedBaud: Int?
  /// Every rate of the device's ladder is tried, slowest first, and the fastest good one is taken in the end; of an
  /// examination. Then `rememberedBaud` says nothing.
  package var triesEveryRate: Bool?

  package init(standardBaud: Int, rememberedBaud: Int? = nil, triesEveryRate: Bool? = nil) {
    self.standardBaud = standardBaud
    self.rememberedBaud = rememberedBaud
    self.triesEveryRate = triesEveryRate
  }
}
