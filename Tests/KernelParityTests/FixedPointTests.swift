import FirmwareKernels
import GraphIR
import Testing

/// The C primitives against the same formulas in integers of 128 bits, over all of int32.
@Suite struct FixedPointTests {
  private func values(_ random: inout SplitMix64) -> (value: Int32, multiplier: Int32) {
    let multiplier = random.oneIn(4) ? 1 << 30 : Int32(random.int(1 << 30...(1 << 31) - 1))
    return (random.int32(), multiplier)
  }

  /// value / 2^shift, half away from zero.
  private func halfAway(_ value: Int128, _ shift: Int) -> Int128 {
    let magnitude = value < 0 ? -value : value
    let rounded = shift == 0 ? magnitude : (magnitude + (1 << Int128(shift - 1))) >> Int128(shift)
    return value < 0 ? -rounded : rounded
  }

  private func saturated(_ value: Int128) -> Int32 { Int32(clamping: value) }

  @Test func requantize_roundsAsGemmlowp() {
    var random = SplitMix64(seed: 1)
    for round in 0..<200_000 {
      let (value, multiplier) = values(&random)
      let shift = Int32(random.int(-31...8))
      let raised = shift > 0 ? value << shift : value
      let product = Int128(raised) * Int128(multiplier)
      let high = (product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))) / (1 << 31)
      let expected = halfAway(high, shift > 0 ? 0 : Int(-shift))
      #expect(
        requantize(value, multiplier, shift) == saturated(expected), "round \(round): \(value) \(multiplier) \(shift)")
    }
  }

  @Test func requantizeOnce_roundsOnceHalfAwayFromZero() {
    var random = SplitMix64(seed: 2)
    for round in 0..<200_000 {
      let (value, multiplier) = values(&random)
      let shift = Int32(random.int(-31...31))
      let expected = saturated(halfAway(Int128(value) * Int128(multiplier), Int(31 - shift)))
      #expect(requantize_once(value, multiplier, shift) == expected, "round \(round): \(value) \(multiplier) \(shift)")
    }
  }

  @Test func scale_roundsOnceHalfUpAndSaturates() {
    var random = SplitMix64(seed: 3)
    for round in 0..<200_000 {
      let (value, multiplier) = values(&random)
      let shift = Int32(random.int(1...62))
      let product = Int128(value) * Int128(multiplier)
      let expected = saturated((product + (1 << Int128(shift - 1))) >> Int128(shift))
      #expect(scale(value, multiplier, shift) == expected, "round \(round): \(value) \(multiplier) \(shift)")
    }
  }

  @Test(
    arguments: [
      (5, 1 << 30, 0, Int32.max), (-5, 1 << 30, 0, -Int32.max), (-5, 1 << 30, -100, -Int32.max),
      (0, 1 << 30, -5, 0), (7, 0, -5, 0), (Int32.max, Int32.max, 63, 0), (Int32.min, 1 << 30, Int32.max, 0),
    ] as [(Int32, Int32, Int32, Int32)])
  func scale_atItsEnds(value: Int32, multiplier: Int32, shift: Int32, expected: Int32) {
    #expect(scale(value, multiplier, shift) == expected)
  }

  @Test(
    arguments: [(Int32.max, 100, 127), (Int32.min, -100, -128), (5, -3, 2), (-130, 3, -127)]
      as [(Int32, Int32, Int8)])
  func outputCode_saturatesItsSum(value: Int32, zeroPoint: Int32, expected: Int8) {
    #expect(output_code(value, zeroPoint, -128, 127) == expected)
  }
}
