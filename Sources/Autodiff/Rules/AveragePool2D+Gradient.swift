import GraphIR

extension ReverseMode {
  mutating func averagePool2DGradients(_ operation: Operation, _ window: Window, error: TensorID) {
    let input = operation.inputs[0]
    guard needs(input) else { return }
    let inputError = makeError(for: input, suffix: "@" + operation.name)
    emit(.averagePool2DBackward(window), of: operation, part: "backward_input", inputs: [error], outputs: [inputError])
    contribute(inputError, to: input)
  }
}
