import GraphIR

extension ReverseMode {
  /// The same reals under another scale: the error of a real value does not know its codes.
  mutating func rescaleGradients(_ operation: Operation, error: TensorID) {
    let input = operation.inputs[0]
    if needs(input) { contribute(error, to: input) }
  }
}
