import Foundation

/// A positive real as a fixed-point factor: value = multiplier * 2^-shift, multiplier in [2^30, 2^31), or 0.
package struct FixedPointFactor: Hashable, Sendable {
  package var multiplier: Int32
  package var shift: Int32

  package init(multiplier: Int32, shift: Int32) {
    self.multiplier = multiplier
    self.shift = shift
  }

  /// Rounds to 31 significant bits, half away from zero (C's `round`).
  package init(_ real: Double) {
    precondition(real >= 0 && real.isFinite, "fixed-point factor of \(real)")
    guard real > 0 else {
      self.init(multiplier: 0, shift: 0)
      return
    }
    let exponent = real.exponent + 1  // real = fraction * 2^exponent, fraction in [0.5, 1)
    let fraction = real.significand / 2
    var multiplier = Int64((fraction * 0x1p31).rounded(.toNearestOrAwayFromZero))
    var shift = 31 - Int32(exponent)
    if multiplier == 1 << 31 {
      multiplier >>= 1
      shift -= 1
    }
    self.init(multiplier: Int32(multiplier), shift: shift)
  }
}

/// TFLite's quantized multiplier: value = multiplier / 2^31 * 2^leftShift.
package struct QuantizedMultiplier: Hashable, Sendable {
  package var multiplier: Int32
  package var leftShift: Int32

  /// `QuantizeMultiplier` of TFLite (tensorflow/lite/kernels/internal/quantization_util.cc): under 2^-31 it is zero.
  package init(_ real: Double) {
    let factor = FixedPointFactor(real)
    multiplier = factor.multiplier
    leftShift = 31 - factor.shift
    if leftShift < -31 {
      multiplier = 0
      leftShift = 0
    }
  }
}
