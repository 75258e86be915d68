import GraphIR

/// The common frame of layers with weights: accumulators start at the bias and end as codes.
struct OutputStage {
  let bias: TensorID
  let fractionBits: Int
  let output: TensorID
  let channels: Int
  /// Empty where the output takes the accumulators themselves.
  let multipliers: [QuantizedMultiplier]
  let rounding: RequantizationRounding
  let zeroPoint: Int32
  let clamp: Clamp

  init(_ graph: Graph, _ operation: Operation, _ weighting: Weighting) {
    let tensor = graph[operation.outputs[0]]
    bias = operation.inputs[1 + weighting.planeCount]
    fractionBits = weighting.biasFractionBits
    output = operation.outputs[0]
    channels = graph[bias].elementCount
    multipliers =
      tensor.element == .int32
      ? [] : weighting.outputMultipliers(outputScale: tensor.scale, count: channels)
    rounding = operation.kind.requantizationRounding
    zeroPoint = tensor.zeroPoint
    clamp = weighting.clamp
  }

  /// Calls `accumulate(cell, sums)` for each output cell, with `sums` at the bias, and stores what it leaves.
  @inline(__always)
  func forEachCell(
    _ count: Int, _ memory: TensorMemory,
    _ accumulate: (_ cell: Int, _ sums: UnsafeMutablePointer<Int32>) -> Void
  ) {
    let bias: UnsafeMutablePointer<Int32> = memory.pointer(bias)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: channels) { buffer in
      guard let sums = buffer.baseAddress else { return }
      for cell in 0..<count {
        for o in 0..<channels { sums[o] = biasStart(bias[o], fractionBits: fractionBits) }
        accumulate(cell, sums)
        store(sums, cell: cell, memory)
      }
    }
  }

  private func store(_ sums: UnsafeMutablePointer<Int32>, cell: Int, _ memory: TensorMemory) {
    if multipliers.isEmpty {
      let accumulators = memory.pointer(output, as: Int32.self) + cell * channels
      for o in 0..<channels { accumulators[o] = sums[o] }
      return
    }
    let codes = memory.pointer(output, as: Int8.self) + cell * channels
    multipliers.withUnsafeBufferPointer { factors in
      switch rounding {
      case .once:
        for o in 0..<channels { sums[o] = requantizeOnce(sums[o], factors[o].multiplier, factors[o].leftShift) }
      case .twice:
        for o in 0..<channels { sums[o] = requantize(sums[o], factors[o].multiplier, factors[o].leftShift) }
      }
    }
    for o in 0..<channels {  // A loop of its own: it runs eight channels at a time.
      codes[o] = outputCode(sums[o], zeroPoint: zeroPoint, minimum: clamp.minimum, maximum: clamp.maximum)
    }
  }
}

extension Tensor {
  /// Scale and zero point of a tensor of codes; 1 and 0 for accumulators, which have none.
  var scale: Float { quantization?.scales.first ?? 1 }
  var zeroPoint: Int32 { quantization?.zeroPoint ?? 0 }
}
