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
    let (multiplier, shift) = factor(channel, context)
    return scale(gradient, multiplier, shift)
  }

  /// The same where the gradient is one product of an error and an input: the step that an input of 1 causes is
  /// rounded first, in Q32.
  func delta(_ error: Int16, times input: Int32, channel: Int, _ context: StepContext) -> Int32 {
    let (multiplier, shift) = factor(channel, context)
    if shift > 62 { return 0 }
    if shift < 32 { return scale(Int32(error) * input, multiplier, shift) }
    let half: Int64 = shift == 32 ? 0 : 1 << (shift - 33)
    let step = (Int64(error) * Int64(multiplier) + half) >> (shift - 32)
    return Int32(clamping: (step * Int64(input) + 1 << 31) >> 32)
  }

  private func factor(_ channel: Int, _ context: StepContext) -> (multiplier: Int32, shift: Int64) {
    let (base, rate) = (factors[channel], context.update.rate)
    let multiplier = (Int64(base.multiplier) * Int64(rate.mantissa) + (1 << 30)) >> 31
    let shift = Int64(base.shift) + Int64(rate.shift) - 31 - Int64(context.ranges[range].exponent)
    return (Int32(multiplier), shift)
  }
}
