// The fixed-point constants of each operation, formed once, in Double, from the graph's Float32 scales. The interpreter
// and the generated C both take them from here, so that they cannot differ. Formulas: Sources/Interpreter/SEMANTICS.md.

extension Weighting {
  /// Below this a channel is dead: its reciprocal means nothing and it is not trained.
  package static let deadScale = 1e-7

  package var largestWeightScale: Double { Double(weightScales.max() ?? 0) }

  /// Requantization of accumulators to codes of `outputScale`, for each of `count` output channels.
  package func outputMultipliers(outputScale: Float, count: Int) -> [QuantizedMultiplier] {
    (0..<count).map { channel in
      QuantizedMultiplier(Double(inputScale) * weightScale(channel) / Double(outputScale))
    }
  }

  /// Weight scale of each output channel over the largest, Q15: 1.0 = 32768.
  package func prescaleQ15(count: Int) -> [UInt16] {
    (0..<count).map { channel in
      UInt16((32768 * weightScale(channel) / largestWeightScale).rounded(.toNearestOrAwayFromZero))
    }
  }

  /// What is left of the input gradient's factor after the prescale.
  package var inputErrorFactor: FixedPointFactor { FixedPointFactor(largestWeightScale) }

  /// Step of a weight's 16-bit code, with the rule's fraction bits, for one unit of gradient and a learning rate of 1;
  /// 0 for dead channels.
  package func weightUpdateFactors(count: Int, _ rule: UpdateRule) -> [FixedPointFactor] {
    let unit = Double(1 << (8 + rule.stepFractionBits)) * Double(inputScale)
    return (0..<count).map { channel in
      codeStep(unit, weightScale(channel), channel, rule.scaling)
    }
  }

  /// The same for a bias code with its fraction bits.
  package func biasUpdateFactors(count: Int, _ rule: UpdateRule) -> [FixedPointFactor] {
    let unit = Double(1 << biasFractionBits)
    return (0..<count).map { channel in
      codeStep(unit, Double(inputScale) * weightScale(channel), channel, rule.scaling)
    }
  }

  /// `unit` of a gradient in codes of real value `scale`.
  private func codeStep(
    _ unit: Double, _ scale: Double, _ channel: Int, _ scaling: GradientScaling
  ) -> FixedPointFactor {
    guard weightScale(channel) >= Self.deadScale else { return FixedPointFactor(0) }
    return switch scaling {
    case .quantizationAware: FixedPointFactor(unit / scale)
    case .none: FixedPointFactor(unit * scale)
    }
  }
}

/// TFLite's addition: both inputs are raised by 2^20 and brought to twice the larger scale. A subtraction is the
/// addition with the sign of b's multiplier changed, roundings included.
package struct AddConstants: Hashable, Sendable {
  package static let leftShift: Int32 = 20
  package let a: QuantizedMultiplier
  package let b: QuantizedMultiplier
  package let output: QuantizedMultiplier

  package init(aScale: Float, bScale: Float, outputScale: Float, subtracts: Bool = false) {
    let twiceLargest = 2 * Double(max(aScale, bScale))
    a = QuantizedMultiplier(Double(aScale) / twiceLargest)
    var b = QuantizedMultiplier(Double(bScale) / twiceLargest)
    if subtracts { b.multiplier = -b.multiplier }
    self.b = b
    output = QuantizedMultiplier(twiceLargest / (0x1p20 * Double(outputScale)))
  }
}

/// The same for a kernel: the operand with the larger scale has a factor of exactly one half, so that twice the raised
/// sum is `unit` times its code plus a term that depends on the other's code alone.
package struct AddTerms: Hashable, Sendable {
  /// Whether the operand that is multiplied by `unit` is the second.
  package let swaps: Bool
  package let unit: Int32
  /// For the other operand's codes from -128 on, both zero points in them; |term| < 2^29.
  package let terms: [Int32]
  package let output: QuantizedMultiplier

  package init(_ a: Quantization, _ b: Quantization, outputScale: Float, subtracts: Bool) {
    let constants = AddConstants(
      aScale: a.scales[0], bScale: b.scales[0], outputScale: outputScale, subtracts: subtracts)
    let swaps = a.scales[0] < b.scales[0]
    let (exact, rounded) = swaps ? (b, a) : (a, b)
    let factor = swaps ? constants.a : constants.b
    let unit: Int32 = (subtracts && swaps ? -1 : 1) << AddConstants.leftShift
    self.swaps = swaps
    self.unit = unit
    terms = (-128...127 as ClosedRange<Int32>).map { code in
      2 * factor.applied(to: (code - rounded.zeroPoint) << AddConstants.leftShift) - exact.zeroPoint * unit
    }
    output = constants.output
  }
}

extension QuantizedMultiplier {
  /// TFLite's MUL: the product of both scales over the output's, formed in Float32.
  package init(productOf aScale: Float, _ bScale: Float, outputScale: Float) {
    self.init(Double(aScale * bScale / outputScale))
  }
}

/// TFLite's MEAN folds 1 / count into the requantization multiplier.
package struct MeanConstants: Hashable, Sendable {
  package let multiplier: QuantizedMultiplier

  package init(inputScale: Float, outputScale: Float, count: Int) {
    var folded = QuantizedMultiplier(Double(inputScale) / Double(outputScale))
    let floorLog2 = Int32(Int.bitWidth - 1 - count.leadingZeroBitCount)
    let shift = min(floorLog2, 32, 31 + folded.leftShift)
    folded.multiplier = Int32((Int64(folded.multiplier) << Int64(shift)) / Int64(count))
    folded.leftShift -= shift
    multiplier = folded
  }
}

/// TFLite's QUANTIZE from int8 to int8.
package struct RescaleConstants: Hashable, Sendable {
  package let multiplier: QuantizedMultiplier

  package init(inputScale: Float, outputScale: Float) {
    multiplier = QuantizedMultiplier(Double(inputScale) / Double(outputScale))
  }
}

/// TFLite's int8 softmax: differences from the maximum, scaled to Q5.26.
package struct SoftmaxConstants: Hashable, Sendable {
  package let multiplier: QuantizedMultiplier
  /// Differences below this count as nothing.
  package let differenceMinimum: Int32

  package init(beta: Float, inputScale: Float) {
    let real = min(Double(beta) * Double(inputScale) * 0x1p26, 0x1p31 - 1)
    multiplier = QuantizedMultiplier(real)
    differenceMinimum = -Int32((31 * 0x1p26 / Double(sign: .plus, exponent: Int(multiplier.leftShift), significand: 1)).rounded(.down))
  }
}

extension Window {
  /// Cells of the window at output (row, column) that lie inside a map.
  package func cells(row: Int, column: Int, mapHeight: Int, mapWidth: Int) -> Int {
    func inside(_ start: Int, _ kernel: Int, _ extent: Int) -> Int { min(start + kernel, extent) - max(start, 0) }
    return inside(row * strideHeight - padTop, kernelHeight, mapHeight)
      * inside(column * strideWidth - padLeft, kernelWidth, mapWidth)
  }

  /// The smallest such count over an output map: the unit of an average pool's gradient.
  package func smallestCells(outputHeight: Int, outputWidth: Int, mapHeight: Int, mapWidth: Int) -> Int {
    var smallest = kernelHeight * kernelWidth
    for row in 0..<outputHeight {
      for column in 0..<outputWidth {
        smallest = min(smallest, cells(row: row, column: column, mapHeight: mapHeight, mapWidth: mapWidth))
      }
    }
    return smallest
  }
}

/// Real value of an accumulator unit in Q16, for each class.
package func crossEntropyFactors(logitScales: [Double], count: Int) -> [FixedPointFactor] {
  (0..<count).map { FixedPointFactor((logitScales.count == 1 ? logitScales[0] : logitScales[$0]) * 0x1p16) }
}

/// A mean squared error in units of the exported output's codes, Q16.
package struct SquaredErrorConstants: Hashable, Sendable {
  /// From units of y to code units in Q16, for each channel.
  package let outputs: [FixedPointFactor]
  /// From a difference to the real error, 2 · difference / count (PyTorch's MSELoss, the mean over all elements).
  package let error: FixedPointFactor
  /// From the sum of squares of Q8 differences to the loss in Q16.
  package let loss: FixedPointFactor

  package init(_ scales: SquaredErrorScales, channels: Int, count: Int) {
    let unit = Double(scales.codeScale)
    outputs = (0..<channels).map {
      FixedPointFactor((scales.outputScales.count == 1 ? scales.outputScales[0] : scales.outputScales[$0]) / unit * 0x1p16)
    }
    error = FixedPointFactor(2 * unit / (Double(count) * 0x1p16))
    loss = FixedPointFactor(unit * unit / Double(count))
  }

  /// From a sample's codes, zero point taken off, to code units of the output in Q16.
  package static func sample(inputScale: Float, codeScale: Float) -> FixedPointFactor {
    FixedPointFactor(Double(inputScale) / Double(codeScale) * 0x1p16)
  }
}

/// Requantization of a split head's accumulators, for each of `count` channels.
///
/// The product of scales is formed as TFLite forms it, so that the codes equal the unsplit layer's.
package func requantizeMultipliers(scales: [Double], outputScale: Float, count: Int) -> [QuantizedMultiplier] {
  (0..<count).map { QuantizedMultiplier((scales.count == 1 ? scales[0] : scales[$0]) / Double(outputScale)) }
}
