import GraphIR

/// From sums over the mantissas of one error tensor to the mantissas of another.
struct ErrorStage {
  let errors: TensorID
  let output: TensorID
  let factor: FixedPointFactor
  private let from: Int
  private let to: Int
  private let limit: Int32

  /// Nil for a tensor without a range, which the verifier excludes.
  init(_ graph: Graph, from errors: TensorID, to output: TensorID, factor: FixedPointFactor) {
    guard let from = graph[errors].errorRange, let to = graph[output].errorRange else {
      preconditionFailure("'\(graph[errors].name)' or '\(graph[output].name)' is no error tensor")
    }
    self.errors = errors
    self.output = output
    self.factor = factor
    self.from = from
    self.to = to
    limit = graph.errorRanges[to].limit
  }

  /// Stores `count` sums as mantissas of `output`.
  func store(
    _ sums: UnsafePointer<Int32>, count: Int, _ memory: TensorMemory, _ context: inout StepContext
  ) {
    let mantissas: UnsafeMutablePointer<Int16> = memory.pointer(output)
    let shift = shift(context)
    var range = context.ranges[to]
    for index in 0..<count {
      mantissas[index] = range.store(scale(sums[index], factor.multiplier, shift), limit: limit)
    }
    context.ranges[to] = range
  }

  private func shift(_ context: StepContext) -> Int64 {
    Int64(factor.shift) + Int64(context.ranges[to].exponent) - Int64(context.ranges[from].exponent)
  }
}

/// Runs `body` with room for `count` halfwords, not initialized.
@inline(__always)
func withHalfwords(_ count: Int, _ body: (UnsafeMutablePointer<Int16>) -> Void) {
  withUnsafeTemporaryAllocation(of: Int16.self, capacity: max(count, 1)) { buffer in
    if let halfwords = buffer.baseAddress { body(halfwords) }
  }
}

/// Runs `body` with `count` zeroed accumulators.
@inline(__always)
func withSums(_ count: Int, _ body: (UnsafeMutablePointer<Int32>) -> Void) {
  withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(count, 1)) { buffer in
    buffer.initialize(repeating: 0)
    if let sums = buffer.baseAddress { body(sums) }
  }
}
