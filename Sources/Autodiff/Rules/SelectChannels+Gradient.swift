import GraphIR

extension ReverseMode {
  /// - Throws: `GraphError` for a selection that leaves channels out: update plans make only permutations here.
  mutating func selectChannelsGradients(_ operation: Operation, _ channels: [Int], error: TensorID) throws {
    let input = operation.inputs[0]
    guard needs(input) else { return }
    guard channels.count == graph[input].shape.last, Set(channels).count == channels.count else {
      throw GraphError("operation '\(operation.name)' selects some of its channels and has no gradient; the loss must not depend on it")
    }
    let inverse = channels.indices.sorted { channels[$0] < channels[$1] }
    let inputError = makeError(sharing: error, for: input, suffix: "@" + operation.name)
    emit(.selectErrorChannels(inverse), of: operation, part: "backward_input", inputs: [error], outputs: [inputError])
    contribute(inputError, to: input)
  }
}
