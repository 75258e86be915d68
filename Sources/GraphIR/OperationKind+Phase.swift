/// When an operation runs.
package enum Phase: String, Sendable, Codable, CaseIterable {
  case forward
  case backward
  case update
}

extension OperationKind {
  package var phase: Phase {
    switch self {
    case .conv2D, .depthwiseConv2D, .fullyConnected, .add, .subtract, .multiply, .lookup, .averagePool2D, .maxPool2D,
      .mean, .pad, .selectChannels, .reshape, .concatenate, .slice, .transpose, .rescale, .softmax, .requantize,
      .clampMask, .centerCodes:
      .forward
    case .softmaxCrossEntropy, .softCrossEntropy, .meanSquaredError, .conv2DBackwardInput, .depthwiseConv2DBackwardInput,
      .fullyConnectedBackwardInput, .averagePool2DBackward, .maxPool2DBackward, .selectErrorChannels, .sliceError,
      .spreadError, .transposeError, .broadcastBackward, .multiplyBackward, .lookupBackward, .maskError, .sumErrors, .reshapeError:
      .backward
    case .conv2DUpdateWeights, .depthwiseConv2DUpdateWeights, .fullyConnectedUpdateWeights, .updateBias,
      .updateRanges:
      .update
    }
  }

  /// True for what evaluation and inference leave out. The loss runs in evaluation.
  package var isTrainingOnly: Bool {
    switch self {
    case .clampMask: true
    case .softmaxCrossEntropy, .softCrossEntropy, .meanSquaredError: false
    default: phase != .forward
    }
  }
}

extension Weighting {
  /// Splits the operands `[first, weights…, rest…]` of an operation.
  package func planes(_ inputs: [TensorID], after first: Int = 1) -> (trained: TensorID?, frozen: TensorID?) {
    let trained = trainedChannels > 0 ? inputs[first] : nil
    let frozen = trainedChannels < channels ? inputs[first + (trainedChannels > 0 ? 1 : 0)] : nil
    return (trained, frozen)
  }
}
