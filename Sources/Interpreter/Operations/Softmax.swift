import GraphIR

/// TFLite's int8 softmax in gemmlowp's fixed point; the output has scale 1/256 and zero point -128.
///
/// Formats: Qi.f has i integer bits, f fraction bits and a sign. exp is Q0.31, the sum Q12.19.
struct Softmax: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let rows: Int
  private let channels: Int
  private let constants: SoftmaxConstants

  init(_ graph: Graph, _ operation: Operation, _ beta: Float) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    channels = graph[input].shape.last ?? 1
    rows = graph[input].elementCount / channels
    constants = SoftmaxConstants(beta: beta, inputScale: graph[input].scale)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    for row in 0..<rows {
      let codes = (0..<channels).map { Int32(input[row * channels + $0]) }
      for (c, code) in probabilities(codes).enumerated() { output[row * channels + c] = code }
    }
  }

  private func probabilities(_ codes: [Int32]) -> [Int8] {
    let largest = codes.reduce(Int32.min, max)
    let exponentials = codes.map { code -> Int32 in
      let difference = code - largest
      if difference < constants.differenceMinimum { return 0 }
      let raised = difference << constants.multiplier.leftShift
      return Self.exponential(doublingHighMultiply(raised, constants.multiplier.multiplier))
    }
    let sum = exponentials.reduce(0) { $0 &+ roundingDivide($1, byPowerOf2: 12) }
    let headroom = Int32(sum.leadingZeroBitCount)
    let fraction = Int32(bitPattern: (UInt32(bitPattern: sum) << UInt32(headroom)) &- (1 << 31))
    let reciprocal = Self.reciprocal(ofOnePlus: fraction)
    return exponentials.map {
      let share = roundingDivide(
        doublingHighMultiply(reciprocal, $0), byPowerOf2: 12 - headroom + 31 - 8)
      return outputCode(share, zeroPoint: -128, minimum: -128, maximum: 127)
    }
  }

  /// exp(a), a <= 0 in Q5.26: exp of the last quarter by its series around -1/8, of the rest bit by bit.
  static func exponential(_ a: Int32) -> Int32 {
    if a == 0 { return .max }
    let quarter: Int32 = 1 << 24
    let last = (a & (quarter - 1)) - quarter
    var result = exponential(ofQuarter: last << 5)
    let rest = last - a
    // round(exp(-2^k) · 2^31), k = -2 … 4
    let powers: [Int32] = [
      1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242,
    ]
    for (k, power) in powers.enumerated() where rest & (quarter << Int32(k)) != 0 {
      result = doublingHighMultiply(result, power)
    }
    return result
  }

  /// exp(a), a in [-1/4, 0) in Q0.31, four terms around -1/8.
  private static func exponential(ofQuarter a: Int32) -> Int32 {
    let center: Int32 = 1_895_147_668  // exp(-1/8)
    let x = a + (1 << 28)
    let x2 = doublingHighMultiply(x, x)
    let x3 = doublingHighMultiply(x2, x)
    let x4 = roundingDivide(doublingHighMultiply(x2, x2), byPowerOf2: 2)
    let third = doublingHighMultiply(x4 + x3, 715_827_883)
    return center + doublingHighMultiply(center, x + roundingDivide(third + x2, byPowerOf2: 1))
  }

  /// 1 / (1 + x), x in [0, 1), Q0.31: three steps of Newton's iteration in Q2.29 for d = (1 + x) / 2.
  static func reciprocal(ofOnePlus x: Int32) -> Int32 {
    let d = Int32((Int64(x) + (1 << 31)) / 2)
    var y = 1_515_870_810 + doublingHighMultiply(d, -1_010_580_540)  // 48/17 - 32/17 · d
    for _ in 0..<3 {
      let rest = (1 << 29) - doublingHighMultiply(d, y)
      y += Int32(clamping: Int64(doublingHighMultiply(y, rest)) << 2)
    }
    return Int32(clamping: Int64(y) << 1)
  }
}
