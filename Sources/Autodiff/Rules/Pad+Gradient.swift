import GraphIR

extension ReverseMode {
  mutating func padGradients(_ operation: Operation, before: [Int], error: TensorID) {
    let input = operation.inputs[0]
    guard needs(input) else { return }
    let inputError = makeError(sharing: error, for: input, suffix: "@" + operation.name)
    emit(.padBackward(before: before), of: operation, part: "backward_input", inputs: [error], outputs: [inputError])
    contribute(inputError, to: input)
  }
}
