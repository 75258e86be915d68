// The loops in which a step spends its time, over contiguous channels. Sums wrap; where
// SEMANTICS.md states a bound they do not.

/// Σ (x - zeroPoint) · w.
@inline(__always)
func dot(
  _ x: UnsafePointer<Int8>, _ zeroPoint: Int16, _ weights: UnsafePointer<Int8>, _ count: Int
) -> Int32 {
  var sum: Int32 = 0
  for i in 0..<count {
    sum &+= Int32(Int16(x[i]) &- zeroPoint) &* Int32(Int16(weights[i]))
  }
  return sum
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
