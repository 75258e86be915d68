import GraphIR

/// loss = Σ (y - t)² / N  ⇒  dy = 2 · (y - t) / N: PyTorch's MSELoss, the mean over all elements.
///
/// t is the target's values, or the sample. All in integers: SEMANTICS.md, "Loss".
struct MeanSquaredError: IntegerKernel {
  private let outputs: TensorID
  private let sample: TensorID?
  private let errors: TensorID
  private let count: Int
  private let constants: SquaredErrorConstants
  private let targetZeroPoint: Int64
  private let sampleFactor: FixedPointFactor
  private let range: Int
  private let limit: Int32

  init(_ graph: Graph, _ operation: Operation, _ scales: SquaredErrorScales) {
    (outputs, errors) = (operation.inputs[0], operation.outputs[0])
    count = graph[outputs].elementCount
    constants = SquaredErrorConstants(scales, channels: graph[outputs].shape.last ?? 1, count: count)
    guard let range = graph[errors].errorRange else {
      preconditionFailure("'\(graph[errors].name)' is no error tensor")
    }
    self.range = range
    limit = graph.errorRanges[range].limit
    sample = operation.inputs.count == 2 ? operation.inputs[1] : nil
    if let sample {
      targetZeroPoint = Int64(graph[sample].zeroPoint)
      sampleFactor = .sample(of: graph[sample], scales)
    } else {
      targetZeroPoint = Int64(scales.codeZeroPoint)
      sampleFactor = FixedPointFactor(multiplier: 0, shift: 0)
    }
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let outputs: UnsafeMutablePointer<Int32> = memory.pointer(outputs)
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    var range = context.ranges[range]
    let shift = Int64(constants.error.shift) + Int64(range.exponent)
    var squares: UInt64 = 0
    for i in 0..<count {
      let factor = constants.outputs[i % constants.outputs.count]
      let y = Int64(scale(outputs[i], factor.multiplier, Int64(factor.shift)))
      let difference = Int32(clamping: y - target(i, memory, context))
      let rounded = (Int64(difference) + 128) >> 8
      squares += UInt64(rounded * rounded)
      if context.isTraining { errors[i] = range.store(scale(difference, constants.error.multiplier, shift), limit: limit) }
    }
    context.ranges[self.range] = range
    context.lossQ16 = loss(squares)
  }

  /// In code units of the output, Q16, zero point taken off.
  @inline(__always)
  private func target(_ i: Int, _ memory: TensorMemory, _ context: StepContext) -> Int64 {
    guard let sample else { return (Int64(context.target.values[i]) - targetZeroPoint << 8) << 8 }
    let codes: UnsafeMutablePointer<Int8> = memory.pointer(sample)
    return Int64(
      scale(Int32(Int64(codes[i]) - targetZeroPoint), sampleFactor.multiplier, Int64(sampleFactor.shift)))
  }

  private func loss(_ squares: UInt64) -> Int32 {
    let excess = max(0, 33 - squares.leadingZeroBitCount)
    return scale(Int32(squares >> UInt64(excess)), constants.loss.multiplier, Int64(constants.loss.shift) - Int64(excess))
  }
}

extension FixedPointFactor {
  fileprivate static func sample(of tensor: Tensor, _ scales: SquaredErrorScales) -> FixedPointFactor {
    SquaredErrorConstants.sample(inputScale: tensor.scale, codeScale: scales.codeScale)
  }
}
