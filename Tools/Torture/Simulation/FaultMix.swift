import Glibc

/// How often what goes wrong, drawn from a seed or chosen by hand.
package struct FaultMix: Sendable {
  /// Probability of each byte on the line to be flipped, dropped, doubled or followed by an invented one.
  package var perByte = 0.0
  /// Mean milliseconds between two mishaps of the line, the device or the host's sleep; nil for none.
  package var mishapMilliseconds: Double?
  /// Which mishaps happen, each as likely as the others.
  package var mishaps: [Fault] = []
  /// Probability that the host dies at a boundary of its journal: before a write, between write and sync, behind it.
  package var deathAtBoundary = 0.0
  /// Mean milliseconds between two deaths of the host at any other moment; nil for none.
  package var deathMilliseconds: Double?

  package static let none = FaultMix()

  private init() {}

  /// A third of the seeds has a line of its own kind alone, so that no mishap covers up another.
  package init(_ random: inout SplitMix) {
    let all: [Fault] = [.cut, .stall, .reordering, .unplug, .reset, .sleep]
    perByte = random.chance(0.1) ? 0 : random.spread(1e-3, 1.2e-2)
    let isNarrow = random.chance(0.3)
    mishaps = isNarrow ? [all[Int(random.next() % 6)]] : all.filter { _ in random.chance(0.7) }
    mishapMilliseconds = mishaps.isEmpty ? nil : random.spread(1500, 10_000)
    if random.chance(0.6) { deathAtBoundary = random.spread(0.003, 0.1) }
    if random.chance(0.5) { deathMilliseconds = random.spread(1500, 10_000) }
  }
}

extension SplitMix {
  /// Drawn evenly on a logarithmic scale.
  mutating func spread(_ least: Double, _ most: Double) -> Double {
    least * pow(most / least, fraction())
  }

  /// Exponentially distributed, at least 1.
  package mutating func wait(mean: Double) -> Int { 1 + Int(-log(1 - fraction()) * mean) }

  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
