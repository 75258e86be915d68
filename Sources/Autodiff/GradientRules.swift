import GraphIR

extension ReverseMode {
  /// Emits what `operation` owes its inputs and its own parameters, given the gradient of its output.
  ///
  /// - Throws: `GraphError` for an operation without a gradient.
  mutating func emitGradients(of operation: Operation, at position: Int, error: TensorID) throws {
    switch operation.kind {
    case .conv2D(let window, let weighting):
      conv2DGradients(operation, window, weighting, error: error)
    case .depthwiseConv2D(let window, let weighting, let multiplier):
      depthwiseConv2DGradients(operation, window, weighting, multiplier: multiplier, error: error)
    case .fullyConnected(let weighting):
      fullyConnectedGradients(operation, weighting, error: error)
    case .add:
      sumGradients(operation, error: error, subtracts: false)
    case .subtract:
      sumGradients(operation, error: error, subtracts: true)
    case .multiply:
      multiplyGradients(operation, error: error)
    case .lookup(let function):
      lookupGradients(operation, function, error: error)
    case .averagePool2D(let window, _):
      averagePool2DGradients(operation, window, error: error)
    case .maxPool2D(let window, _):
      maxPool2DGradients(operation, window, at: position, error: error)
    case .rescale:
      rescaleGradients(operation, error: error)
    case .mean(let dimensions):
      meanGradients(operation, dimensions: dimensions, error: error)
    case .pad(let before):
      padGradients(operation, before: before, error: error)
    case .selectChannels(let channels):
      try selectChannelsGradients(operation, channels, error: error)
    case .centerCodes:
      if needs(operation.inputs[0]) { contribute(error, to: operation.inputs[0]) }
    case .reshape:
      reshapeGradients(operation, error: error)
    case .concatenate(let axis):
      concatenateGradients(operation, axis: axis, error: error)
    case .slice(let begin, let strides):
      sliceGradients(operation, begin: begin, strides: strides, error: error)
    case .transpose(let permutation):
      transposeGradients(operation, permutation: permutation, error: error)
    case .softmax:
      throw GraphError(
        "softmax '\(operation.name)' stands in the middle of the model, where int8 probabilities would have to carry a gradient; leave the layers in front of it out of the plan")
    case .requantize, .clampMask, .softmaxCrossEntropy, .softCrossEntropy, .meanSquaredError, .conv2DBackwardInput,
      .depthwiseConv2DBackwardInput, .fullyConnectedBackwardInput, .averagePool2DBackward, .maxPool2DBackward,
      .broadcastBackward, .multiplyBackward, .lookupBackward, .selectErrorChannels, .sliceError,
      .spreadError, .transposeError, .maskError, .sumErrors, .reshapeError, .conv2DUpdateWeights,
      .depthwiseConv2DUpdateWeights,
      .fullyConnectedUpdateWeights, .updateBias, .updateRanges:
      throw GraphError("operation '\(operation.name)' has no gradient; the loss must not depend on it")
    }
  }

  /// The updates of a layer, directly after its input gradient.
  mutating func emitUpdates(
    of operation: Operation, _ weighting: Weighting, error: TensorID, weights kind: OperationKind
  ) {
    if let plane = weighting.planes(operation.inputs).trained {
      var inputs = [operation.inputs[0], error, plane]
      if rule.storage == .residual { inputs.append(makeResidual(for: plane)) }
      if rule.hasVelocity { inputs.append(makeVelocity(for: plane)) }
      emit(kind, of: operation, part: "update_weights", inputs: inputs)
    }
    if let bias = operation.inputs.last, graph[bias].isState {
      let velocity = rule.hasVelocity ? [makeVelocity(for: bias)] : []
      emit(.updateBias(weighting, rule), of: operation, part: "update_bias", inputs: [error, bias] + velocity)
    }
  }

  /// The input gradient of a layer, where something below learns.
  mutating func emitInputGradient(of operation: Operation, _ weighting: Weighting, error: TensorID, kind: OperationKind) {
    let input = operation.inputs[0]
    guard needs(input) else { return }
    let inputError = makeError(for: input, suffix: "@" + operation.name)
    let planes = Array(operation.inputs[1..<1 + weighting.planeCount])
    emit(kind, of: operation, part: "backward_input", inputs: [error] + planes, outputs: [inputError])
    contribute(inputError, to: input)
  }
}
