import GraphIR

/// The moving part of an `ErrorRange`: training state, 12 bytes in checkpoints.
package struct ErrorRangeState: Hashable, Sendable {
  /// real = mantissa · 2^exponent.
  package var exponent: Int32
  /// Decaying peak of earlier steps, in units of the mantissa.
  package var held: Int32 = 0
  /// Largest magnitude offered in this step, before clamping.
  package var observed: Int32 = 0

  package init(exponent: Int32, held: Int32 = 0, observed: Int32 = 0) {
    self.exponent = exponent
    self.held = held
    self.observed = observed
  }

  /// The mantissa of `value`, which also counts towards the peak.
  @inline(__always)
  mutating func store(_ value: Int32, limit: Int32) -> Int16 {
    observed = max(observed, value == .min ? .max : abs(value))
    return Int16(truncatingIfNeeded: min(max(value, -limit), limit))
  }

  /// Moves the exponent so that the held peak takes up between a quarter and a half of the mantissa. Where every value has
  /// rounded to zero so far, the next window of `bits` below is looked at in the next step.
  mutating func update(bits: Int) {
    let low: Int32 = 1 << Int32(bits - 2)
    let high: Int32 = 1 << Int32(bits - 1)
    let decay = Int32((Int64(held) + 127) >> 7)
    held = max(observed, held - decay)
    observed = 0
    guard held > 0 else {
      if exponent >= Int32(bits) - 100 { exponent -= Int32(bits) }
      return
    }
    while held > high {
      held = Int32((Int64(held) + 1) >> 1)
      exponent += 1
    }
    while held <= low && exponent > -100 {
      held <<= 1
      exponent -= 1
    }
  }
}
