import GraphIR

/// The gradient step of one trained tensor in its own codes.
struct UpdateStage {
  private let factors: [FixedPointFactor]
  private let range: Int

  init(_ graph: Graph, errors: TensorID, factors: [FixedPointFactor]) {
    guard let range = graph[errors].errorRange else {
      preconditionFailure("'\(graph[errors].name)' is no error tensor")
    }
    self.factors = factors
    self.range = range
  }

  /// A dead channel takes no part in training.
  func isDead(_ channel: Int) -> Bool { factors[channel].multiplier == 0 }

  /// Learning rate times gradient, as a step to take off.
  func delta(_ gradient: Int32, channel: Int, _ context: StepContext) -> Int32 {
    let (base, rate) = (factors[channel], context.update.rate)
    let multiplier = (Int64(base.multiplier) * Int64(rate.mantissa) + (1 << 30)) >> 31
    let shift = Int64(base.shift) + Int64(rate.shift) - 31 - Int64(context.ranges[range].exponent)
    return scale(gradient, Int32(multiplier), shift)
  }
}
