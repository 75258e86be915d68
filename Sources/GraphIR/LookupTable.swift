/// The output code of each input code, as LiteRT's reference kernels compute it (SEMANTICS.md, "Tables").
package struct LookupTable: Hashable, Sendable {
  /// 256 codes; the first is that of input code -128.
  package let codes: [Int8]

  /// - Parameters: formats of input and output, with one scale each.
  package init(_ function: UnaryFunction, input: Quantization, output: Quantization) {
    let formats = Formats(input, output)
    codes = (-128...127 as ClosedRange<Int32>).map { Int8(formats.code(of: function, at: $0)) }
  }

  private struct Formats {
    let inputScale: Float
    let outputScale: Float
    let inputZeroPoint: Int32
    let outputZeroPoint: Int32

    init(_ input: Quantization, _ output: Quantization) {
      (inputScale, outputScale) = (input.scales[0], output.scales[0])
      (inputZeroPoint, outputZeroPoint) = (input.zeroPoint, output.zeroPoint)
    }

    func code(of function: UnaryFunction, at code: Int32) -> Int32 {
      let x = code - inputZeroPoint
      switch function {
      case .clamp(let clamp):
        let y = QuantizedMultiplier(Double(inputScale / outputScale)).applied(to: x) + outputZeroPoint
        return min(max(y, clamp.minimum), clamp.maximum)
      case .leakyRelu(let alpha):
        // Float32 throughout, as TFLite forms both factors.
        let factor = x >= 0 ? inputScale / outputScale : inputScale * alpha / outputScale
        return saturated(QuantizedMultiplier(Double(factor)).applied(to: x))
      case .hardSwish:
        return saturated(HardSwishConstants(inputScale: inputScale, outputScale: outputScale).applied(to: x))
      case .logistic:
        return rounded(1 / (1 + Float(exponential(-Double(inputScale * Float(x))))))
      case .tanh:
        return rounded(Float(function.value(Double(inputScale * Float(x)))))
      }
    }

    private func saturated(_ value: Int32) -> Int32 { min(max(value + outputZeroPoint, -128), 127) }

    /// TFLite multiplies with the reciprocal of the output's scale, in Float32.
    private func rounded(_ value: Float) -> Int32 {
      let steps = (value * (1 / outputScale)).rounded(.toNearestOrAwayFromZero)
      return Int32(min(max(steps + Float(outputZeroPoint), -128), 127))
    }
  }
}

/// The derivative of a function that saturates with the format of its output, at each input code, as int16 with common
/// fraction bits.
package struct SlopeTable: Hashable, Sendable {
  /// dy/dx = slope · 2^-fractionBits in real units of x and y; the first is that of input code -128.
  package let slopes: [Int16]
  package let fractionBits: Int32

  /// - Parameters: formats of input and output, with one scale each.
  package init(_ function: UnaryFunction, input: Quantization, output: Quantization) {
    let reals = (-128...127 as ClosedRange<Int32>).map { code in
      function.slope(Double(input.scales[0]) * Double(code - input.zeroPoint), output: output)
    }
    let largest = reals.reduce(0) { max($0, abs($1)) }
    var bits: Int32 = 0
    while bits < 30 && largest * Double(1 << (bits + 1)) <= 32767 { bits += 1 }
    let unit = Double(1 << bits)
    fractionBits = bits
    slopes = reals.map { Int16(min(max(($0 * unit).rounded(.toNearestOrAwayFromZero), -32767), 32767)) }
  }
}

extension SlopeTable {
  /// Real value of one unit of a slope.
  package var unit: FixedPointFactor { FixedPointFactor(1 / Double(1 << fractionBits)) }
}

extension QuantizedMultiplier {
  /// TFLite's rounding in two steps (SEMANTICS.md, `requantize`), for values whose left shift stays in int32.
  func applied(to value: Int32) -> Int32 {
    let product = (Int64(value) << Int64(max(leftShift, 0))) * Int64(multiplier)
    let high = Int32(truncatingIfNeeded: (product + 1 << 30) >> 31)
    return dividing(high, byPowerOf2: max(-leftShift, 0))
  }
}

/// TFLite's int8 HARD_SWISH: 16-bit fixed point in which 3.0 is 32768.
private struct HardSwishConstants {
  let output: (multiplier: Int32, exponent: Int32)
  let gate: (multiplier: Int32, exponent: Int32)

  init(inputScale: Float, outputScale: Float) {
    let raised = (1 / 128) * inputScale
    output = Self.halved(QuantizedMultiplier(Double(raised / outputScale)))
    gate = Self.halved(QuantizedMultiplier(Double(raised / (3 / 32768))))
  }

  /// The upper 16 bits of a multiplier, rounded.
  private static func halved(_ factor: QuantizedMultiplier) -> (Int32, Int32) {
    let rounded = factor.multiplier >= .max - (1 << 15) ? 32767 : (factor.multiplier + (1 << 15)) >> 16
    return (rounded, factor.leftShift)
  }

  func applied(to value: Int32) -> Int32 {
    let raised = value << 7
    let scaled = doublingHigh(raised, output.multiplier)
    // x / 3 in -1...1, saturated where the last of the left shifts is applied.
    var position = raised
    if gate.exponent > 0 { position = saturated16(Int64(position) << Int64(gate.exponent - 1)) }
    position = doublingHigh(position, gate.multiplier)
    if gate.exponent > 0 { position = saturated16(Int64(position) << 1) }
    if gate.exponent < 0 { position = dividing(position, byPowerOf2: -gate.exponent) }
    let gateQ15 = (position + 32768) >> 1
    // Truncated toward zero, which cancels the bias of the roundings above.
    return dividing(gateQ15 * scaled / 32768, byPowerOf2: -output.exponent)
  }

  private func doublingHigh(_ a: Int32, _ b: Int32) -> Int32 { (a * b + 16384) >> 15 }

  private func saturated16(_ value: Int64) -> Int32 { Int32(min(max(value, -32768), 32767)) }
}

/// value / 2^exponent, half away from zero.
private func dividing(_ value: Int32, byPowerOf2 exponent: Int32) -> Int32 {
  guard exponent > 0 else { return value }
  let mask: Int64 = (1 << Int64(exponent)) - 1
  let threshold = (mask >> 1) + (value < 0 ? 1 : 0)
  return Int32((Int64(value) >> Int64(exponent)) + (Int64(value) & mask > threshold ? 1 : 0))
}
