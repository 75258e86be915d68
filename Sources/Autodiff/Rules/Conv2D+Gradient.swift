import GraphIR

extension ReverseMode {
  mutating func conv2DGradients(_ operation: Operation, _ window: Window, _ weighting: Weighting, error: TensorID) {
    emitInputGradient(of: operation, weighting, error: error, kind: .conv2DBackwardInput(window, weighting))
    emitUpdates(of: operation, weighting, error: error, weights: .conv2DUpdateWeights(window, weighting, rule))
  }
}
