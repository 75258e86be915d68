import GraphIR
import Testing

@Suite struct FixedPointTests {
  @Test(arguments: [
    (1.0, Int32(1 << 30), Int32(30)), (0.5, 1 << 30, 31), (3.0, 3 << 29, 29), (1e-9, 1_152_921_505, 60),
    (0.999_999_999_999, 1 << 30, 30), (0, 0, 0),
  ]) func factor_normalizes(real: Double, multiplier: Int32, shift: Int32) {
    #expect(FixedPointFactor(real) == FixedPointFactor(multiplier: multiplier, shift: shift))
  }

  /// Values of TFLite's QuantizeMultiplier.
  @Test(arguments: [(1.0, Int32(1 << 30), Int32(1)), (0.25, 1 << 30, -1), (1e-12, 0, 0)])
  func quantizedMultiplier_isTFLites(real: Double, multiplier: Int32, leftShift: Int32) {
    let quantized = QuantizedMultiplier(real)
    #expect(quantized.multiplier == multiplier)
    #expect(quantized.leftShift == leftShift)
  }
}
