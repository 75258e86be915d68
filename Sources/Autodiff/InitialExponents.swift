import GraphIR

extension Graph {
  /// First exponents of the ranges that adapt, from the gain of each backward operation: the root of the sum of squared
  /// weights that an error passes through, with a factor of 8 for the peak. After the first step the measured peak rules.
  mutating func estimateInitialExponents() {
    var peaks = errorRanges.map { $0.adapts ? 0 : 1.0 }
    for operation in operations {
      if case .meanSquaredError(let scales) = operation.kind, let range = self[operation.outputs[0]].errorRange {
        // All of the exported output's range away from the target.
        peaks[range] = 2 * 256 * Double(scales.codeScale) / Double(self[operation.inputs[0]].elementCount)
        continue
      }
      guard let output = operation.outputs.first, let range = self[output].errorRange, errorRanges[range].adapts,
        let inputRange = self[operation.inputs[0]].errorRange, inputRange != range
      else { continue }
      var peak = peaks[inputRange] * gain(of: operation)
      if case .sumErrors = operation.kind, let second = self[operation.inputs[1]].errorRange { peak += peaks[second] }
      peaks[range] = max(peaks[range], peak)
    }
    for index in errorRanges.indices where errorRanges[index].adapts {
      let headRoom = Int((min(max(peaks[index], 0x1p-60), 0x1p60) * 8).exponent) + 1
      errorRanges[index].initialExponent = headRoom - errorRanges[index].bits
    }
  }

  private func gain(of operation: Operation) -> Double {
    switch operation.kind {
    case .conv2DBackwardInput(_, let weighting), .depthwiseConv2DBackwardInput(_, let weighting, _),
      .fullyConnectedBackwardInput(let weighting):
      weightGain(operation, weighting)
    case .averagePool2DBackward(let window):
      1 / Double(window.kernelHeight * window.kernelWidth)
    case .broadcastBackward:
      repeats(operation).squareRoot()
    case .multiplyBackward:
      128 * (self[operation.inputs[1]].quantization?.scale(0) ?? 1) * repeats(operation).squareRoot()
    default: 1
    }
  }

  /// Terms in each element of the gradient of an operand that was repeated.
  private func repeats(_ operation: Operation) -> Double {
    Double(self[operation.inputs[0]].elementCount / self[operation.outputs[0]].elementCount)
  }

  /// sqrt of the sum of squared weights over the number of input channels.
  private func weightGain(_ operation: Operation, _ weighting: Weighting) -> Double {
    let planes = weighting.planes(operation.inputs)
    let sums = [
      planes.trained.map { squaredWeights($0, operation, weighting, firstChannel: 0) },
      planes.frozen.map { squaredWeights($0, operation, weighting, firstChannel: weighting.trainedChannels) },
    ]
    return (sums.compactMap(\.self).reduce(0, +) / Double(weighting.channels)).squareRoot()
  }

  /// The scale runs along the rows of a plane, for depthwise weights along its columns.
  private func squaredWeights(
    _ plane: TensorID, _ operation: Operation, _ weighting: Weighting, firstChannel: Int
  ) -> Double {
    guard let bytes = bytes(of: plane), let columns = self[plane].shape.last else { return 0 }
    let perRow = bytes.count / self[plane].shape[0]
    let runsAlongColumns = if case .depthwiseConv2DBackwardInput = operation.kind { true } else { false }
    return bytes.enumerated().reduce(0) { sum, element in
      let channel = runsAlongColumns ? firstChannel + element.offset % columns : element.offset / perRow
      let weight = Double(Int8(bitPattern: element.element)) * weighting.weightScale(channel)
      return sum + weight * weight
    }
  }
}
