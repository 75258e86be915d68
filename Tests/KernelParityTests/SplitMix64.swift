/// Seeded random numbers (Steele et al., "Fast splittable pseudorandom number generators", 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// True in one of `count` draws.
  mutating func oneIn(_ count: Int) -> Bool { int(1...count) == 1 }

  mutating func int8(_ range: ClosedRange<Int8> = -128...127) -> Int8 { .random(in: range, using: &self) }

  mutating func codes(_ count: Int) -> [Int8] { (0..<count).map { _ in int8() } }

  /// Weights as files hold them, some of them all at the ends of their range.
  mutating func weights(_ count: Int) -> [Int8] {
    let saturated = oneIn(6)
    return (0..<count).map { _ in saturated ? (oneIn(2) ? 127 : -128) : int8(-127...127) }
  }

  /// Mantissas of `bits` bits, a third of them zero, some tensors at their limits.
  mutating func mantissas(_ count: Int, bits: Int) -> [Int16] {
    let limit = Int16((1 << bits) - 1)
    let extreme = oneIn(8)
    return (0..<count).map { _ in
      if oneIn(3) { return 0 }
      return extreme ? (oneIn(2) ? limit : -limit) : Int16.random(in: -limit...limit, using: &self)
    }
  }

  /// int32 of any magnitude, the ends included.
  mutating func int32() -> Int32 {
    if oneIn(16) { return oneIn(2) ? .min : .max }
    return Int32(truncatingIfNeeded: next()) >> Int32(int(0...31))
  }

  /// A positive scale between 2^low and 2^high, now and then a power of two.
  mutating func scale(_ low: Int, _ high: Int) -> Float {
    let significand: Float = oneIn(4) ? 1 : .random(in: 1..<2, using: &self)
    return Float(sign: .plus, exponent: int(low...high), significand: significand)
  }
}
