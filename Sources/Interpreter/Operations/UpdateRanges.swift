import GraphIR

/// Moves the exponent of every range that adapts to the peak of its errors.
struct UpdateRanges: IntegerKernel {
  private let ranges: [ErrorRange]

  init(_ graph: Graph) { ranges = graph.errorRanges }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    for (index, range) in ranges.enumerated() where range.adapts {
      context.ranges[index].update(bits: range.bits)
    }
  }
}
