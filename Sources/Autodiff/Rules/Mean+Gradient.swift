import GraphIR

extension ReverseMode {
  /// A mean over height and width is an average pool whose window is the whole map.
  mutating func meanGradients(_ operation: Operation, error: TensorID) {
    let shape = graph[operation.inputs[0]].shape
    averagePool2DGradients(operation, Window(kernelHeight: shape[1], kernelWidth: shape[2]), error: error)
  }
}
