import GraphIR

extension ReverseMode {
  /// y = f(x), so dx = dy · f'(x), with the slope at the stored code of x. A clamp's slope is its mask.
  mutating func lookupGradients(_ operation: Operation, _ function: UnaryFunction, error: TensorID) {
    let input = operation.inputs[0]
    guard needs(input) else { return }
    if case .clamp = function {
      contribute(error, to: input)
      return
    }
    let inputError = makeError(for: input, suffix: "@" + operation.name)
    emit(
      .lookupBackward(function), of: operation, part: "backward_input", inputs: [error, input], outputs: [inputError])
    contribute(inputError, to: input)
  }
}
