import GraphIR

/// y[p,o] starts at b[o]  ⇒  db[o] = Σ over p of dy[p,o].
struct UpdateBias: IntegerKernel {
  private let errors: TensorID
  private let bias: TensorID
  private let velocity: TensorID?
  private let cells: Int
  private let channels: Int
  private let stage: UpdateStage

  init(_ graph: Graph, _ operation: Operation, _ weighting: Weighting, _ rule: UpdateRule) {
    (errors, bias) = (operation.inputs[0], operation.inputs[1])
    velocity = rule.hasVelocity ? operation.inputs[2] : nil
    channels = graph[bias].elementCount
    cells = graph[errors].elementCount / channels
    stage = UpdateStage(graph, errors: errors, factors: weighting.biasUpdateFactors(count: channels, rule))
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    let bias: UnsafeMutablePointer<Int32> = memory.pointer(bias)
    let velocity: UnsafeMutablePointer<Int32>? = velocity.map { memory.pointer($0) }
    for o in 0..<channels {
      var sum: Int32 = 0
      for cell in 0..<cells { sum &+= Int32(errors[cell * channels + o]) }
      let delta = stage.delta(sum, channel: o, context)
      context.unchanged += sum != 0 && delta == 0 ? 1 : 0
      let step = velocity.map { accumulate(delta, in: &$0[o], &context) } ?? delta
      add(-Int64(step), to: &bias[o], &context)
    }
  }

  /// The velocity of a bias is in its own codes; what momentum keeps of it is cut toward zero, so that it comes to rest.
  private func accumulate(_ delta: Int32, in velocity: inout Int32, _ context: inout StepContext) -> Int32 {
    add(Int64(delta), to: &velocity, &context)
    guard context.update.applies else { return 0 }
    defer { velocity = Int32(Int64(velocity) * Int64(context.update.momentum) / 65536) }
    return velocity
  }

  private func add(_ step: Int64, to value: inout Int32, _ context: inout StepContext) {
    let moved = Int64(value) + step
    value = Int32(clamping: moved)
    context.saturated += Int64(value) == moved ? 0 : 1
  }
}
