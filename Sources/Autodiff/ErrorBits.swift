import GraphIR

extension Graph {
  /// Mantissa bits of each range: the most, up to `maximum`, with which no sum over its mantissas leaves int32.
  ///
  /// Bounds: |w| <= 2^7, |x - zero point| < 2^8, and n terms add ceil(log2 n) bits.
  /// - Throws: `GraphError` for a reduction so long that fewer than 4 bits are left.
  mutating func boundErrorBits(maximum: Int) throws {
    var bits = Array(repeating: maximum, count: errorRanges.count)
    for operation in operations {
      guard let error = operation.errorOperand(in: self), let range = self[error].errorRange else { continue }
      for bound in mantissaBounds(of: operation, error: self[error]) { bits[range] = min(bits[range], bound) }
    }
    for index in errorRanges.indices {
      guard bits[index] >= 4 else {
        throw GraphError(
          "error tensor '\(errorRanges[index].name)': a sum over its map leaves int32; leave the layers at and below it out of the plan")
      }
      errorRanges[index].bits = bits[index]
      if !errorRanges[index].adapts { errorRanges[index].initialExponent = -bits[index] }
    }
  }

  private func mantissaBounds(of operation: Operation, error: Tensor) -> [Int] {
    let channels = error.shape.last ?? 1
    let positions = error.elementCount / channels
    switch operation.kind {
    case .conv2DBackwardInput(let window, _):
      return [31 - 7 - bitsToCount(window.kernelHeight * window.kernelWidth * channels)]
    case .depthwiseConv2DBackwardInput(let window, _, let multiplier):
      return [31 - 7 - bitsToCount(window.kernelHeight * window.kernelWidth * multiplier)]
    case .fullyConnectedBackwardInput:
      return [31 - 7 - bitsToCount(channels)]
    case .averagePool2DBackward(let window), .maxPool2DBackward(let window):
      let rows = (window.kernelHeight + window.strideHeight - 1) / window.strideHeight
      let columns = (window.kernelWidth + window.strideWidth - 1) / window.strideWidth
      return [31 - bitsToCount(min(rows * columns, positions))]
    case .conv2DUpdateWeights, .depthwiseConv2DUpdateWeights, .fullyConnectedUpdateWeights:
      return [31 - 8 - bitsToCount(positions)]
    case .broadcastBackward:
      return [31 - bitsToCount(error.elementCount / self[operation.outputs[0]].elementCount)]
    case .multiplyBackward:
      return [31 - 8 - bitsToCount(error.elementCount / self[operation.outputs[0]].elementCount)]
    case .updateBias:
      return [31 - bitsToCount(positions)]
    default:
      return []
    }
  }
}

/// The least b with 2^b >= count.
private func bitsToCount(_ count: Int) -> Int {
  Int.bitWidth - (count - 1).leadingZeroBitCount
}

extension Operation {
  /// The error tensor that a backward or update operation sums over.
  fileprivate func errorOperand(in graph: Graph) -> TensorID? {
    inputs.first { graph[$0].element == .int16 }
  }
}
