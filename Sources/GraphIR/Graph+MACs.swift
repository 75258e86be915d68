extension Graph {
  /// Useful multiply-accumulates of an operation at batch 1; padding counts as if it were multiplied.
  package func macs(of operation: Operation) -> Int {
    switch operation.kind {
    case .conv2D(let window, let weighting):
      positions(operation.outputs[0]) * channels(operation.outputs[0]) * cells(window) * weighting.channels
    case .conv2DBackwardInput(let window, let weighting):
      positions(operation.inputs[0]) * channels(operation.inputs[0]) * cells(window) * weighting.channels
    case .conv2DUpdateWeights(let window, let weighting, _):
      positions(operation.inputs[1]) * channels(operation.inputs[1]) * cells(window) * weighting.trainedChannels
    case .depthwiseConv2D(let window, let weighting, _):
      positions(operation.outputs[0]) * cells(window) * weighting.channels
    case .depthwiseConv2DBackwardInput(let window, let weighting, _):
      positions(operation.inputs[0]) * cells(window) * weighting.channels
    case .depthwiseConv2DUpdateWeights(let window, let weighting, _, _):
      positions(operation.inputs[1]) * cells(window) * weighting.trainedChannels
    case .fullyConnected(let weighting):
      self[operation.outputs[0]].elementCount * weighting.channels
    case .fullyConnectedBackwardInput(let weighting):
      self[operation.inputs[0]].elementCount * weighting.channels
    case .fullyConnectedUpdateWeights(let weighting, _):
      self[operation.inputs[1]].elementCount * weighting.trainedChannels
    default: 0
    }
  }

  /// Sum over the operations of the given phases.
  package func macs(phases: Set<Phase>) -> Int {
    operations.filter { phases.contains($0.kind.phase) }.reduce(0) { $0 + macs(of: $1) }
  }

  private func channels(_ id: TensorID) -> Int { self[id].shape.last ?? 1 }
  private func positions(_ id: TensorID) -> Int { self[id].elementCount / channels(id) }
  private func cells(_ window: Window) -> Int { window.kernelHeight * window.kernelWidth }
}
