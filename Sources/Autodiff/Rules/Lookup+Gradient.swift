import GraphIR

extension ReverseMode {
  /// y = f(x), so dx = dy · f'(x), with the slope at the stored code of x, 0 where f(x) lies outside the format of y.
  /// A clamp's slope is its mask.
  mutating func lookupGradients(_ operation: Operation, _ function: UnaryFunction, error: TensorID) {
    let input = operation.inputs[0]
    guard needs(input) else { return }
    if case .clamp = function {
      contribute(error, to: input)
      return
    }
    guard let format = graph[operation.outputs[0]].quantization else {
      preconditionFailure("'\(operation.name)' has an output without quantization, which the verifier refuses")
    }
    let inputError = makeError(for: input, suffix: "@" + operation.name)
    emit(
      .lookupBackward(function, output: format), of: operation, part: "backward_input", inputs: [error, input],
      outputs: [inputError])
    contribute(inputError, to: input)
  }
}
