import GraphIR

/// An operation with its constants worked out, ready to run step after step.
protocol IntegerKernel {
  func run(_ memory: TensorMemory, _ context: inout StepContext)
}

extension Operation {
  /// The reference kernel of this operation. `graph` has been verified.
  func integerKernel(in graph: Graph) -> any IntegerKernel {
    switch kind {
    case .conv2D(let window, let weighting):
      Conv2D(graph, self, window, weighting)
    case .depthwiseConv2D(let window, let weighting, let multiplier):
      DepthwiseConv2D(graph, self, window, weighting, multiplier)
    case .fullyConnected(let weighting):
      FullyConnected(graph, self, weighting)
    case .add(let clamp): Add(graph, self, clamp, subtracts: false)
    case .subtract(let clamp): Add(graph, self, clamp, subtracts: true)
    case .multiply(let clamp): Multiply(graph, self, clamp)
    case .lookup(let function): Lookup(graph, self, function)
    case .averagePool2D(let window, let clamp): AveragePool2D(graph, self, window, clamp)
    case .maxPool2D(let window, let clamp): MaxPool2D(graph, self, window, clamp)
    case .mean(let dimensions): Mean(graph, self, dimensions)
    case .pad: Copy(graph, self, stridedCopy(in: graph), background: Int8(truncatingIfNeeded: graph[outputs[0]].zeroPoint))
    case .concatenate(let axis): Concatenate(graph, self, axis)
    case .slice, .transpose: Copy<Int8>(graph, self, stridedCopy(in: graph))
    case .rescale: Rescale(graph, self)
    case .reshape, .reshapeError: Reshape(graph, self)
    case .softmax(let beta): Softmax(graph, self, beta)
    case .requantize(let scales, let clamp, let rounding):
      Requantize(graph, self, scales, clamp, rounding)
    case .clampMask(let clamp): ClampMask(graph, self, clamp)
    case .centerCodes: CenterCodes(graph, self)
    case .softmaxCrossEntropy(let scales): SoftmaxCrossEntropy(graph, self, scales, isSoft: false)
    case .softCrossEntropy(let scales): SoftmaxCrossEntropy(graph, self, scales, isSoft: true)
    case .meanSquaredError(let scales): MeanSquaredError(graph, self, scales)
    case .conv2DBackwardInput(let window, let weighting):
      Conv2DBackwardInput(graph, self, window, weighting)
    case .depthwiseConv2DBackwardInput(let window, let weighting, let multiplier):
      DepthwiseConv2DBackwardInput(graph, self, window, weighting, multiplier)
    case .fullyConnectedBackwardInput(let weighting):
      FullyConnectedBackwardInput(graph, self, weighting)
    case .averagePool2DBackward(let window): AveragePool2DBackward(graph, self, window)
    case .maxPool2DBackward(let window): MaxPool2DBackward(graph, self, window)
    case .selectChannels(let channels): SelectChannels<Int8>(graph, self, channels)
    case .selectErrorChannels(let channels): SelectChannels<Int16>(graph, self, channels)
    case .broadcastBackward(let negated): BroadcastBackward(graph, self, negated: negated)
    case .multiplyBackward: MultiplyBackward(graph, self)
    case .lookupBackward(let function, let format): LookupBackward(graph, self, function, format)
    case .sliceError, .transposeError: Copy<Int16>(graph, self, stridedCopy(in: graph))
    case .spreadError: Copy<Int16>(graph, self, stridedCopy(in: graph), background: 0)
    case .maskError: MaskError(graph, self)
    case .sumErrors: SumErrors(graph, self)
    case .conv2DUpdateWeights(let window, let weighting, let rule):
      Conv2DUpdateWeights(graph, self, window, weighting, rule)
    case .depthwiseConv2DUpdateWeights(let window, let weighting, let rule, let multiplier):
      DepthwiseConv2DUpdateWeights(graph, self, window, weighting, rule, multiplier)
    case .fullyConnectedUpdateWeights(let weighting, let rule):
      FullyConnectedUpdateWeights(graph, self, weighting, rule)
    case .updateBias(let weighting, let rule): UpdateBias(graph, self, weighting, rule)
    case .updateRanges: UpdateRanges(graph)
    }
  }
}
