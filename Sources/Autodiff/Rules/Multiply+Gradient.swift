import GraphIR

extension ReverseMode {
  /// y = a · b, so da = dy · b and db = dy · a, summed where an input was repeated. Constants have no gradient.
  mutating func multiplyGradients(_ operation: Operation, error: TensorID) {
    for (position, input) in operation.inputs.enumerated() where needs(input) {
      let inputError = makeError(for: input, suffix: "@" + operation.name)
      emit(
        .multiplyBackward, of: operation, part: "backward_input\(position)",
        inputs: [error, operation.inputs[1 - position]], outputs: [inputError])
      contribute(inputError, to: input)
    }
  }
}
