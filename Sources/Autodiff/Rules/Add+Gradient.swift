import GraphIR

extension ReverseMode {
  /// y = a + b in real numbers, so both inputs get the error as it is, scales and all.
  mutating func addGradients(_ operation: Operation, error: TensorID) {
    for input in operation.inputs where needs(input) { contribute(error, to: input) }
  }
}
