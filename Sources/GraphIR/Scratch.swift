extension Graph {
  /// Bytes of scratch that the kernel of `operation` asks for, as its header in Firmware/kernels says.
  package func scratchBytes(of operation: Operation) -> Int {
    switch operation.kind {
    case .conv2DBackwardInput(let window, _):
      2 * window.kernelHeight * window.kernelWidth * (self[operation.inputs[0]].shape.last ?? 1)
    case .fullyConnectedBackwardInput:
      2 * (self[operation.inputs[0]].shape.last ?? 1)
    case .softmaxCrossEntropy, .softCrossEntropy:
      4 * (self[operation.inputs[0]].shape.last ?? 1)
    default: 0
    }
  }
}
