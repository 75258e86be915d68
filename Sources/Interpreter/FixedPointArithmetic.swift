// Primitives of SEMANTICS.md. Sums wrap (`&+`) where the page lets them; nothing here traps.

/// TFLite's double rounding: convolution, addition, mean. `leftShift` in -31...31, `multiplier` >= 0.
@inline(__always)
func requantize(_ value: Int32, _ multiplier: Int32, _ leftShift: Int32) -> Int32 {
  let shifted = value &<< max(leftShift, 0)
  return roundingDivide(
    doublingHighMultiply(shifted, multiplier), byPowerOf2: max(-leftShift, 0))
}

/// TFLite's dense layer: one rounding, half away from zero, saturating.
@inline(__always)
func requantizeOnce(_ value: Int32, _ multiplier: Int32, _ leftShift: Int32) -> Int32 {
  let shift = UInt64(31 - leftShift)
  let half: UInt64 = shift == 0 ? 0 : 1 << (shift - 1)
  let magnitude = Int64((UInt64(value.magnitude) * UInt64(multiplier) + half) >> shift)
  return Int32(clamping: value < 0 ? -magnitude : magnitude)
}

/// (a · b · 2) / 2^32, which comes out half up (gemmlowp's SaturatingRoundingDoublingHighMul).
@inline(__always)
func doublingHighMultiply(_ a: Int32, _ b: Int32) -> Int32 {
  // gemmlowp adds 1 - 2^30 to a negative product p and divides towards zero: trunc((p + 1 - 2^30) / 2^31) = (p + 2^30) >> 31.
  Int32(clamping: (Int64(a) &* Int64(b) &+ 1 << 30) &>> 31)
}

/// value / 2^exponent, half away from zero; exponent in 0...62.
@inline(__always)
func roundingDivide(_ value: Int32, byPowerOf2 exponent: Int32) -> Int32 {
  let mask = (1 as Int64) &<< Int64(exponent) &- 1
  let rest = Int64(value) & mask
  let threshold = (mask &>> 1) &+ (value < 0 ? 1 : 0)
  return Int32(truncatingIfNeeded: Int64(value) &>> Int64(exponent)) &+ (rest > threshold ? 1 : 0)
}

/// value · multiplier · 2^-shift, one rounding, half up, saturating. Backward and update.
@inline(__always)
func scale(_ value: Int32, _ multiplier: Int32, _ shift: Int64) -> Int32 {
  if value == 0 || multiplier == 0 || shift > 62 { return 0 }
  if shift < 1 { return (value < 0) == (multiplier < 0) ? .max : -.max }
  let half = (1 as Int64) &<< (shift &- 1)
  return Int32(clamping: (Int64(value) &* Int64(multiplier) &+ half) &>> shift)
}

/// Error times a Q15 ratio, half up.
@inline(__always)
func prescale(_ error: Int16, _ ratioQ15: Int32) -> Int16 {
  Int16(truncatingIfNeeded: (Int32(error) &* ratioQ15 &+ (1 << 14)) >> 15)
}

/// clamp(value + zeroPoint); the sum saturates.
@inline(__always)
func outputCode(_ value: Int32, zeroPoint: Int32, minimum: Int32, maximum: Int32) -> Int8 {
  let lowest = minimum &- zeroPoint
  let highest = maximum &- zeroPoint
  let raised = value < lowest ? lowest : value
  return Int8(truncatingIfNeeded: (raised > highest ? highest : raised) &+ zeroPoint)
}

/// round(bias / 2^fractionBits), half up: where an accumulator starts.
@inline(__always)
func biasStart(_ bias: Int32, fractionBits: Int) -> Int32 {
  if fractionBits == 0 { return bias }
  return Int32((Int64(bias) + (1 << Int64(fractionBits - 1))) >> Int64(fractionBits))
}
