import GraphIR

/// y[p,o] starts at b[o]  ⇒  db[o] = Σ over p of dy[p,o].
struct UpdateBias: IntegerKernel {
  private let errors: TensorID
  private let bias: TensorID
  private let cells: Int
  private let channels: Int
  private let stage: UpdateStage

  init(_ graph: Graph, _ operation: Operation, _ weighting: Weighting) {
    (errors, bias) = (operation.inputs[0], operation.inputs[1])
    channels = graph[bias].elementCount
    cells = graph[errors].elementCount / channels
    stage = UpdateStage(
      graph, errors: errors, factors: weighting.biasUpdateFactors(count: channels))
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    let bias: UnsafeMutablePointer<Int32> = memory.pointer(bias)
    for o in 0..<channels {
      var sum: Int32 = 0
      for cell in 0..<cells { sum &+= Int32(errors[cell * channels + o]) }
      stage.updateBias(&bias[o], gradient: sum, channel: o, &context)
    }
  }
}
