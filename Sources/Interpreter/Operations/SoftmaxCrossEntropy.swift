import GraphIR

/// loss = -Σ t[o] · ln p[o], p = softmax of the accumulators' real values, Σ t = 1  ⇒  dz[o] = p[o] - t[o].
///
/// t is the target's distribution (Q14), or 1 for its label and 0 for the rest.
/// All in integers: SEMANTICS.md, "Loss".
struct SoftmaxCrossEntropy: IntegerKernel {
  private let logits: TensorID
  private let errors: TensorID
  private let factors: [FixedPointFactor]
  private let isSoft: Bool
  private let bits: Int64
  private let limit: Int64

  init(_ graph: Graph, _ operation: Operation, _ scales: [Double], isSoft: Bool) {
    self.isSoft = isSoft
    (logits, errors) = (operation.inputs[0], operation.outputs[0])
    factors = crossEntropyFactors(logitScales: scales, count: graph[logits].elementCount)
    guard let range = graph[errors].errorRange else {
      preconditionFailure("'\(graph[errors].name)' is no error tensor")
    }
    bits = Int64(graph.errorRanges[range].bits)
    limit = Int64(graph.errorRanges[range].limit)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let logits: UnsafeMutablePointer<Int32> = memory.pointer(logits)
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    let z = factors.indices.map {
      Int64(scale(logits[$0], factors[$0].multiplier, Int64(factors[$0].shift)))
    }
    let largest = z.reduce(Int64(Int32.min), max)
    let exponentials = z.map { Self.exponential(ofMinusQ16: largest - $0) }
    let sum = exponentials.reduce(0, +)
    let wanted = wantedQ14(context.target)
    for (o, e) in exponentials.enumerated() {
      let difference = (e << 30) / sum - wanted(o) << 16
      let error = (difference + (1 << (29 - bits))) >> (30 - bits)
      errors[o] = Int16(min(max(error, -limit), limit))
    }
    let distance = z.indices.reduce(0) { $0 + wanted($1) * (largest - z[$1]) }
    context.lossQ16 = Int32(clamping: (distance + (1 << 13)) >> 14 + Self.logarithmQ16(of: sum))
  }

  private func wantedQ14(_ target: StepTarget) -> (Int) -> Int64 {
    isSoft ? { Int64(target.values[$0]) } : { $0 == target.label ? 1 << 14 : 0 }
  }

  /// exp(-d) in Q30 for d >= 0 in Q16: 2^-n times nine terms of the series of exp(-fraction · ln 2).
  static func exponential(ofMinusQ16 d: Int64) -> Int64 {
    let t = (d * 94548 + (1 << 15)) >> 16  // d · log2 e
    let n = t >> 16
    if n > 30 { return 0 }
    let y = ((t & 65535) * 45426) >> 2  // fraction · ln 2, Q30
    var r: Int64 = 1 << 30
    for k in stride(from: Int64(9), through: 1, by: -1) {
      r = (1 << 30) - ((y * r) >> 30) / k
    }
    return r >> n
  }

  /// ln(sum / 2^30) in Q16 for sum >= 2^30: sum = 2^j · u, ln u = 2 artanh((u - 1) / (u + 1)).
  static func logarithmQ16(of sum: Int64) -> Int64 {
    let j = Int64(64 - sum.leadingZeroBitCount - 31)
    let u = sum >> j
    let w = ((u - (1 << 30)) << 30) / (u + (1 << 30))
    let square = (w * w) >> 30
    var series = w
    var power = w
    for k in stride(from: Int64(3), through: 15, by: 2) {
      power = (power * square) >> 30
      series += power / k
    }
    return (j * 744_261_118 + 2 * series + (1 << 13)) >> 14
  }
}
