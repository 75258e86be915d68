import GraphIR

extension ReverseMode {
  mutating func fullyConnectedGradients(_ operation: Operation, _ weighting: Weighting, error: TensorID) {
    emitInputGradient(of: operation, weighting, error: error, kind: .fullyConnectedBackwardInput(weighting))
    emitUpdates(of: operation, weighting, error: error, weights: .fullyConnectedUpdateWeights(weighting, rule))
  }
}
