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
    moveError(.selectErrorChannels(inverse), of: operation, error: error, to: input)
  }
}
