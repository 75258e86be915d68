/// How a serial line finds its speed. Without one the line stays as it was opened.
package struct SpeedPlan: Hashable, Sendable, Codable {
  /// What the line was opened with, and what the device uses after a reset.
  package var standardBaud: Int
  /// The fastest rate that was good enough the last time, for this probe.
  package var rememberedBaud: Int?

  package init(standardBaud: Int, rememberedBaud: Int? = nil) {
    self.standardBaud = standardBaud
    self.rememberedBaud = rememberedBaud
  }
}
