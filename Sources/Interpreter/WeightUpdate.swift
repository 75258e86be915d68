import GraphIR

/// The update of one layer's trained weights, given their gradients (SEMANTICS.md, "Update").
struct WeightUpdate {
  private let rule: UpdateRule
  let stage: UpdateStage
  private let weight: TensorID
  private let residual: TensorID?
  private let velocity: TensorID?

  /// `operation`: [x, dy, weight, planes of the rule…].
  init(_ graph: Graph, _ operation: Operation, _ weighting: Weighting, _ rule: UpdateRule, channels: Int) {
    self.rule = rule
    stage = UpdateStage(
      graph, errors: operation.inputs[1], factors: weighting.weightUpdateFactors(count: channels, rule))
    weight = operation.inputs[2]
    residual = rule.storage == .residual ? operation.inputs[3] : nil
    velocity = rule.hasVelocity ? operation.inputs[operation.inputs.count - 1] : nil
  }

  /// - Parameter channel: the output channel of a weight.
  func run(
    _ gradients: UnsafeMutablePointer<Int32>, count: Int, _ memory: TensorMemory, _ context: inout StepContext,
    channel: (Int) -> Int
  ) {
    run(gradients, count: count, memory, &context, channel: channel) { index, channel, context in
      stage.delta(gradients[index], channel: channel, context)
    }
  }

  /// - Parameter delta: what is to be taken off a weight, given its output channel.
  func run(
    _ gradients: UnsafeMutablePointer<Int32>, count: Int, _ memory: TensorMemory, _ context: inout StepContext,
    channel: (Int) -> Int, delta: (Int, Int, StepContext) -> Int32
  ) {
    let weights: UnsafeMutablePointer<Int8> = memory.pointer(weight)
    let random = RandomBits(seed: context.seed, step: context.step, tensor: UInt32(weight.index))
    let residuals: UnsafeMutablePointer<Int8>? = residual.map { memory.pointer($0) }
    let velocities: UnsafeMutablePointer<Int32>? = velocity.map { memory.pointer($0) }
    for index in 0..<count {
      let channel = channel(index)
      let delta = delta(index, channel, context)
      let decay = stage.isDead(channel) || !context.update.applies ? 0 : Int64(context.update.decay)
      guard let residuals else {
        let low: UInt32 =
          switch rule.storage {
          case .stochastic: random[index] >> 8
          case .nearest, .residual: 1 << 23
          }
        round(&weights[index], by: delta, decay: decay, low: Int64(low), gradient: gradients[index], &context)
        continue
      }
      context.unchanged += gradients[index] != 0 && delta == 0 ? 1 : 0
      let step = velocities.map { accumulate(delta, in: &$0[index], &context) } ?? Int64(delta)
      move(&weights[index], &residuals[index], by: step, decay: decay, &context)
    }
  }

  /// The part of the velocity that is applied now, as a step of the 16-bit code.
  private func accumulate(_ delta: Int32, in velocity: inout Int32, _ context: inout StepContext) -> Int64 {
    let limit: Int64 = 0x7fff_0000
    let sum = Int64(velocity) + Int64(delta)
    let bounded = min(max(sum, -limit), limit)
    context.saturated += sum == bounded ? 0 : 1
    guard context.update.applies else {
      velocity = Int32(bounded)
      return 0
    }
    let applied = (bounded + 0x8000) >> 16
    velocity = Int32(bounded - applied * 65536 + applied * Int64(context.update.momentum))
    return applied
  }

  /// weight16 = 256 · weight + residual, minus step and decay, within ±127 codes.
  private func move(
    _ weight: inout Int8, _ residual: inout Int8, by step: Int64, decay: Int64, _ context: inout StepContext
  ) {
    let wide = Int64(weight) * 256 + Int64(residual)
    let step = step + (wide * decay + 0x8000) >> 16
    if step == 0 { return }
    let moved = wide - step
    let bounded = min(max(moved, -(127 * 256 + 128)), 127 * 256 + 127)
    context.saturated += bounded == moved ? 0 : 1
    weight = Int8((bounded + 128) >> 8)
    residual = Int8(bounded - Int64(weight) * 256)
  }

  /// The weight in 2^-24 of a code, minus step and decay, plus `low`, rounded down to a code.
  private func round(
    _ weight: inout Int8, by step: Int32, decay: Int64, low: Int64, gradient: Int32, _ context: inout StepContext
  ) {
    let before = weight
    let step = Int64(step) + Int64(weight) * decay * 256
    if step != 0 {
      let moved = (Int64(weight) << 24 - step + low) >> 24
      let bounded = min(max(moved, -127), 127)
      context.saturated += bounded == moved ? 0 : 1
      weight = Int8(bounded)
    }
    context.unchanged += gradient != 0 && weight == before ? 1 : 0
  }
}
