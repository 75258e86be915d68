import GraphIR

/// The SGD step of one layer's weights or biases.
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

  /// What a channel's gradients are scaled by in this step.
  func factor(_ channel: Int, _ context: StepContext) -> (multiplier: Int32, shift: Int64) {
    let base = factors[channel]
    let multiplier = (Int64(base.multiplier) * Int64(context.rate.mantissa) + (1 << 30)) >> 31
    let shift =
      Int64(base.shift) + Int64(context.rate.shift) - 31 - Int64(context.ranges[range].exponent)
    return (Int32(multiplier), shift)
  }

  /// weight16 = 256 · weight + residual, minus its delta, within ±127 codes.
  func updateWeight(
    _ weight: inout Int8, _ residual: inout Int8, gradient: Int32, channel: Int,
    _ context: inout StepContext
  ) {
    let factor = factor(channel, context)
    let delta = scale(gradient, factor.multiplier, factor.shift)
    if delta == 0 {
      context.unchanged += gradient == 0 ? 0 : 1
      return
    }
    let moved = Int64(weight) * 256 + Int64(residual) - Int64(delta)
    let wide = min(max(moved, -(127 * 256 + 128)), 127 * 256 + 127)
    context.saturated += wide == moved ? 0 : 1
    weight = Int8((wide + 128) >> 8)
    residual = Int8(wide - Int64(weight) * 256)
  }

  func updateBias(_ bias: inout Int32, gradient: Int32, channel: Int, _ context: inout StepContext) {
    let factor = factor(channel, context)
    let delta = scale(gradient, factor.multiplier, factor.shift)
    context.unchanged += gradient != 0 && delta == 0 ? 1 : 0
    let moved = Int64(bias) - Int64(delta)
    bias = Int32(clamping: moved)
    context.saturated += Int64(bias) == moved ? 0 : 1
  }
}
