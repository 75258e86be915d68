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

  /// Every shift and its neighbours out of range, sums around ties, around the doubling's saturation and anywhere.
  @Test func quickCodes_areThoseOfTheGeneralWay() {
    var random = SplitMix64(seed: 4)
    for round in 0..<400_000 {
      let (anywhere, multiplier) = values(&random)
      let leftShift = Int8(random.int(-22...1))
      let zeroPoint = Int32(random.int8())
      let tie = (Int128(2 * random.int(-300...300) + 1) << Int128(30 - Int(leftShift))) / Int128(multiplier)
      let near = Int32(clamping: tie + Int128(random.int(-3...3)))
      let edge = (random.oneIn(2) ? 1 : -1) * (1 << 30) + Int32(random.int(-3...3))
      let sum = [anywhere, near, edge, .min, .max][random.int(0...4)]
      let (twice, once) = quickCodes(sum, random.oneIn(9) ? 0 : multiplier, leftShift, zeroPoint)
      #expect((twice != nil) == (-20...(-1)).contains(leftShift))
      guard let twice, let once else { continue }
      #expect(twice.quick == twice.general, "round \(round): \(sum) \(multiplier) \(leftShift) \(zeroPoint)")
      #expect(once.quick == once.general, "round \(round): \(sum) \(multiplier) \(leftShift) \(zeroPoint)")
    }
  }

  /// The codes of both roundings; nil where the channel is out of the quick way's range.
  private func quickCodes(
    _ sum: Int32, _ multiplier: Int32, _ leftShift: Int8, _ zeroPoint: Int32
  ) -> (twice: (quick: Int8, general: Int8)?, once: (quick: Int8, general: Int8)?) {
    withUnsafePointer(to: multiplier) { multipliers in
      withUnsafePointer(to: leftShift) { leftShifts in
        var stage = output_stage(
          multiplier: multipliers, left_shift: leftShifts, input_zero_point: 0, output_zero_point: zeroPoint,
          minimum: -128, maximum: 127, bias_fraction_bits: 0)
        var channel = quick_channel()
        guard quick_channel_of(&stage, 0, &channel) else { return (nil, nil) }
        func general(_ value: Int32) -> Int8 { output_code(value, zeroPoint, -128, 127) }
        return (
          (quick_code(&channel, sum), general(requantize(sum, multiplier, Int32(leftShift)))),
          (quick_code_once(&channel, sum), general(requantize_once(sum, multiplier, Int32(leftShift))))
        )
      }
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
