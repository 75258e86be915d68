import GraphIR

extension Graph {
  /// First exponents of the ranges that adapt, from the gain of each backward operation: the root of the sum of squared
  /// weights that an error passes through, with a factor of 8 for the peak. After the first step the measured peak rules.
  mutating func estimateInitialExponents() {
    var peaks = errorRanges.map { $0.adapts ? 0 : 1.0 }
    for operation in operations {
      guard let output = operation.outputs.first, let range = self[output].errorRange, errorRanges[range].adapts,
        let inputRange = self[operation.inputs[0]].errorRange, inputRange != range
      else { continue }
      var peak = peaks[inputRange] * gain(of: operation)
      if case .sumErrors = operation.kind, let second = self[operation.inputs[1]].errorRange { peak += peaks[second] }
      peaks[range] = max(peaks[range], peak)
    }
    for index in errorRanges.indices where errorRanges[index].adapts {
      let headRoom = Int((max(peaks[index], 0x1p-60) * 8).exponent) + 1
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
    default: 1
    }
  }

  /// sqrt of the sum of squared weights over the number of input channels.
  private func weightGain(_ operation: Operation, _ weighting: Weighting) -> Double {
    let planes = weighting.planes(operation.inputs)
    var sum = 0.0
    for plane in [planes.trained, planes.frozen].compactMap(\.self) {
      guard let bytes = bytes(of: plane) else { continue }
      let rows = weighting.weightScales.count == 1 ? 1 : weighting.weightScales.count
      let isDepthwise = self[plane].shape.count == 4 && self[plane].shape[0] == 1 && rows != 1
      let channels = self[plane].shape.last ?? 1
      let perRow = max(1, bytes.count / rows)
      for (index, byte) in bytes.enumerated() {
        let row = isDepthwise ? index % channels : min(rows - 1, index / perRow)
        let weight = Double(Int8(bitPattern: byte)) * weighting.weightScale(row)
        sum += weight * weight
      }
    }
    return (sum / Double(weighting.channels)).squareRoot()
  }
}
