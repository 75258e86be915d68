import GraphIR

extension ReverseMode {
  mutating func depthwiseConv2DGradients(
    _ operation: Operation, _ window: Window, _ weighting: Weighting, multiplier: Int, error: TensorID
  ) {
    emitInputGradient(
      of: operation, weighting, error: error,
      kind: .depthwiseConv2DBackwardInput(window, weighting, multiplier: multiplier))
    emitUpdates(
      of: operation, weighting, error: error,
      weights: .depthwiseConv2DUpdateWeights(window, weighting, rule, multiplier: multiplier))
  }
}
