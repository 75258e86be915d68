import GraphIR

extension EmissionContext {
  /// The kernel call of an operation, its constants defined on the way. nil where no code is needed.
  mutating func call(for operation: Operation, at position: Int) -> EmittedCall? {
    let name = names.operations[position]
    switch operation.kind {
    case .conv2D(let window, let weighting):
      return conv2D(operation, name, window, weighting, position)
    case .depthwiseConv2D(let window, let weighting, let multiplier):
      return depthwiseConv2D(operation, name, window, weighting, multiplier, position)
    case .fullyConnected(let weighting):
      return fullyConnected(operation, name, weighting, position)
    case .add(let clamp):
      return add(operation, name, clamp, subtracts: false)
    case .subtract(let clamp):
      return add(operation, name, clamp, subtracts: true)
    case .multiply(let clamp):
      return multiply(operation, name, clamp)
    case .lookup(let function):
      return lookup(operation, name, function)
    case .averagePool2D(let window, let clamp):
      return averagePool2D(operation, name, window, clamp)
    case .maxPool2D(let window, let clamp):
      return maxPool2D(operation, name, window, clamp)
    case .mean(let dimensions):
      return mean(operation, name, dimensions)
    case .pad, .slice, .transpose, .sliceError, .spreadError, .transposeError:
      return stridedCopy(operation, name)
    case .concatenate(let axis):
      return concatenate(operation, name, axis)
    case .rescale:
      return rescale(operation, name)
    case .softmax(let beta):
      return softmax(operation, name, beta)
    case .requantize(let scales, let clamp, let rounding):
      return requantize(operation, name, scales, clamp, rounding)
    case .clampMask(let clamp):
      return clampMask(operation, clamp)
    case .centerCodes:
      return centerCodes(operation)
    case .softmaxCrossEntropy(let scales):
      return crossEntropy(operation, name, scales, position, isSoft: false)
    case .softCrossEntropy(let scales):
      return crossEntropy(operation, name, scales, position, isSoft: true)
    case .meanSquaredError(let scales):
      return squaredError(operation, name, scales)
    case .conv2DBackwardInput(let window, let weighting):
      return conv2DBackwardInput(operation, name, window, weighting, position)
    case .depthwiseConv2DBackwardInput(let window, let weighting, let multiplier):
      return depthwiseConv2DBackwardInput(operation, name, window, weighting, multiplier, position)
    case .fullyConnectedBackwardInput(let weighting):
      return fullyConnectedBackwardInput(operation, name, weighting, position)
    case .averagePool2DBackward(let window):
      return averagePool2DBackward(operation, name, window)
    case .maxPool2DBackward(let window):
      return maxPool2DBackward(operation, name, window)
    case .selectChannels(let channels):
      return selectChannels(operation, name, channels, function: "select_channels_s8")
    case .selectErrorChannels(let channels):
      return selectChannels(operation, name, channels, function: "select_channels_s16")
    case .broadcastBackward(let negated):
      return broadcastBackward(operation, name, negated: negated)
    case .multiplyBackward:
      return multiplyBackward(operation, name)
    case .lookupBackward(let function, let format):
      return lookupBackward(operation, name, function, format)
    case .maskError:
      return maskError(operation)
    case .sumErrors:
      return sumErrors(operation)
    case .reshape, .reshapeError:
      return nil  // the same bytes under another name
    case .conv2DUpdateWeights(let window, let weighting, let rule):
      return conv2DUpdateWeights(operation, name, window, weighting, rule, position)
    case .depthwiseConv2DUpdateWeights(let window, let weighting, let rule, let multiplier):
      return depthwiseConv2DUpdateWeights(operation, name, window, weighting, rule, multiplier, position)
    case .fullyConnectedUpdateWeights(let weighting, let rule):
      return fullyConnectedUpdateWeights(operation, name, weighting, rule, position)
    case .updateBias(let weighting, let rule):
      return updateBias(operation, name, weighting, rule)
    case .updateRanges:
      return updateRanges()
    }
  }
}
