import Coordinator
import Testing

@Suite struct LearningRateTests {
  @Test(arguments: [
    (1.0, 1 << 30, 30), (0.5, 1 << 30, 31), (16.0, 1 << 30, 26), (0.75, 3 << 29, 31),
    (0.01, 41943 << 15, 37), (0x1.ffffp-3, 1 << 30, 32), (0.0, 0, 0), (0x1p-250, 0, 0),
  ])
  func rate_isAMantissaAndAShift(value: Double, mantissa: Int, shift: Int) {
    let rate = LearningRate(value)
    #expect(Int(rate.mantissa) == mantissa)
    #expect(Int(rate.shift) == shift)
  }

  @Test func rate_isNormalAndCloseEverywhere() {
    for exponent in -190...3 {
      for fraction in stride(from: 1.0, to: 2.0, by: 0.037) {
        let value = fraction * Double(sign: .plus, exponent: exponent, significand: 1)
        let rate = LearningRate(value)
        #expect((1 << 30..<1 << 31).contains(Int(rate.mantissa)), "\(value)")
        #expect(abs(rate.value / value - 1) <= 0x1p-16, "\(value)")
      }
    }
  }

  @Test(arguments: [
    (LearningRateSchedule.Shape.constant, 0, [0.1, 0.1, 0.1, 0.1]),
    (.constant, 2, [0.05, 0.1, 0.1, 0.1]),
    (.cosine, 0, [0.1, 0.085355, 0.05, 0.014645]),
    (.cosine, 2, [0.05, 0.1, 0.1, 0.05]),
    (.cosine, 9, [0.011111, 0.022222, 0.033333, 0.044444]),
  ])
  func schedule_givesTheseRates(shape: LearningRateSchedule.Shape, warmUp: Int, expected: [Double]) {
    let schedule = LearningRateSchedule(shape: shape, peak: 0.1, warmUpSteps: warmUp)
    for (step, rate) in expected.enumerated() {
      #expect(abs(schedule.rate(at: step, of: 4).value - rate) < 5e-6, "step \(step)")
    }
  }
}
