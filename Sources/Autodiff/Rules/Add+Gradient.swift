import GraphIR

extension ReverseMode {
  /// y = a ± b in real numbers, so both inputs get the error as it is, scales and all: summed where an input was
  /// repeated, negated where it was subtracted. Constants have no gradient.
  mutating func sumGradients(_ operation: Operation, error: TensorID, subtracts: Bool) {
    for (position, input) in operation.inputs.enumerated() where needs(input) {
      let negated = subtracts && position == 1
      guard negated || graph[input].shape != graph[error].shape else {
        contribute(error, to: input)
        continue
      }
      let inputError = makeError(for: input, suffix: "@" + operation.name)
      emit(
        .broadcastBackward(negated: negated), of: operation, part: "backward_input\(position)", inputs: [error],
        outputs: [inputError])
      contribute(inputError, to: input)
    }
  }
}
