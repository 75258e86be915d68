// The loops in which a step spends its time, over contiguous channels. Sums wrap; where
// SEMANTICS.md states a bound they do not.

/// Σ x · w, eight products at a time.
@inline(__always)
private func dot(_ x: UnsafePointer<Int16>, _ w: UnsafePointer<Int16>, _ count: Int) -> Int32 {
  var sums = SIMD8<Int32>.zero
  var i = 0
  while i &+ 8 <= count {
    let a = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Int16>.self)
    let b = UnsafeRawPointer(w + i).loadUnaligned(as: SIMD8<Int16>.self)
    sums &+= SIMD8<Int32>(truncatingIfNeeded: a) &* SIMD8<Int32>(truncatingIfNeeded: b)
    i &+= 8
  }
  var sum = sums.wrappedSum()
  while i < count {
    sum &+= Int32(x[i]) &* Int32(w[i])
    i &+= 1
  }
  return sum
}

/// sums[o] += Σ x · row o, for `rows` rows of `count` weights one after the other.
@inline(__always)
func accumulateDots(
  _ sums: UnsafeMutablePointer<Int32>, rows: Int, _ x: UnsafePointer<Int16>, _ weights: UnsafePointer<Int16>, _ count: Int
) {
  for o in 0..<rows {
    let row = weights + o &* count
    sums[o] &+= dot(x, row, count)
  }
}

/// Codes less their zero point, as halfwords: the processor multiplies and adds those in pairs.
@inline(__always)
func widen(_ codes: UnsafePointer<Int8>, _ zeroPoint: Int16, _ count: Int, to wide: UnsafeMutablePointer<Int16>) {
  for i in 0..<count { wide[i] = Int16(codes[i]) &- zeroPoint }
}

/// sums += error · (codes - zeroPoint).
@inline(__always)
func accumulate(
  _ sums: UnsafeMutablePointer<Int32>, _ error: Int16, _ codes: UnsafePointer<Int8>,
  _ zeroPoint: Int16, _ count: Int
) {
  for i in 0..<count {
    sums[i] &+= Int32(error) &* Int32(Int16(codes[i]) &- zeroPoint)
  }
}

/// sums += (x - zeroPoint) · weights, element by element.
@inline(__always)
func accumulateProducts(
  _ sums: UnsafeMutablePointer<Int32>, _ x: UnsafePointer<Int8>, _ zeroPoint: Int16,
  _ weights: UnsafePointer<Int8>, _ count: Int
) {
  for i in 0..<count {
    sums[i] &+= Int32(Int16(x[i]) &- zeroPoint) &* Int32(Int16(weights[i]))
  }
}

/// sums += errors · (codes - zeroPoint), element by element.
@inline(__always)
func accumulateProducts(
  _ sums: UnsafeMutablePointer<Int32>, errors: UnsafePointer<Int16>, _ codes: UnsafePointer<Int8>,
  _ zeroPoint: Int16, _ count: Int
) {
  for i in 0..<count {
    sums[i] &+= Int32(errors[i]) &* Int32(Int16(codes[i]) &- zeroPoint)
  }
}
