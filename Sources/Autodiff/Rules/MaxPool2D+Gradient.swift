import GraphIR

extension ReverseMode {
  /// The forward operation notes which cell of each window won: one byte an output instead of the input map.
  mutating func maxPool2DGradients(_ operation: Operation, _ window: Window, at position: Int, error: TensorID) {
    let input = operation.inputs[0]
    guard needs(input) else { return }
    let output = graph[operation.outputs[0]]
    let index = addOutput(
      Tensor(name: output.name + "/index", shape: output.shape, element: .uint8, storage: .value), to: position)
    let inputError = makeError(for: input, suffix: "@" + operation.name)
    emit(
      .maxPool2DBackward(window), of: operation, part: "backward_input", inputs: [error, index], outputs: [inputError])
    contribute(inputError, to: input)
  }
}
