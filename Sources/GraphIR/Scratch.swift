extension Graph {
  /// Bytes of scratch that the kernel of `operation` asks for, as its header in Firmware/kernels says.
  package func scratchBytes(of operation: Operation) -> Int {
    switch operation.kind {
    case .conv2D(let window, let weighting):
      conv2DScratchBytes(window, weighting, x: self[operation.inputs[0]].shape, y: self[operation.outputs[0]].shape)
    case .fullyConnected(let weighting):
      fullyConnectedScratchBytes(weighting, y: self[operation.outputs[0]])
    case .conv2DBackwardInput(let window, let weighting):
      2 * backwardScratch(window, weighting, outputs: self[operation.inputs[0]].shape[3])
    case .conv2DUpdateWeights:
      2 * updateScratch(self[operation.inputs[1]].shape)
    case .fullyConnectedUpdateWeights(let weighting, _):
      2 * updateScratch(dense: self[operation.inputs[1]], trained: weighting.trainedChannels)
    case .fullyConnectedBackwardInput:
      2 * (self[operation.inputs[0]].shape.last ?? 1)
    case .depthwiseConv2D(let window, _, let multiplier):
      depthwiseScratch(window, multiplier, operation.inputs[0], operation.outputs[0]).forwardBytes
    case .depthwiseConv2DBackwardInput(let window, _, let multiplier):
      depthwiseScratch(window, multiplier, operation.outputs[0], operation.inputs[0]).backwardBytes
    case .depthwiseConv2DUpdateWeights(let window, _, _, let multiplier):
      depthwiseScratch(window, multiplier, operation.inputs[0], operation.inputs[1]).updateBytes
    case .softmaxCrossEntropy, .softCrossEntropy:
      4 * (self[operation.inputs[0]].shape.last ?? 1)
    default: 0
    }
  }

  /// `conv2d_backward_scratch` of conv2d.h.
  private func backwardScratch(_ window: Window, _ weighting: Weighting, outputs: Int) -> Int {
    func taps(_ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      dilation == 1 ? (kernel + stride - 1) / stride : kernel
    }
    let errors =
      taps(window.kernelHeight, window.strideHeight, window.dilationHeight)
      * taps(window.kernelWidth, window.strideWidth, window.dilationWidth) * ((outputs + 3) / 4 * 4)
    let trains = weighting.trainedChannels > 0
    let pixels = trains ? min(max(2560 / errors / 4 * 4, 4), 32) : 4
    let panels = trains ? min(max(512 / errors, 1), 4) : 0
    let sums = 8 * min((weighting.channels + 1) / 2 * 2, 32)
    return 104 + sums + (pixels + panels) * errors
  }

  /// `conv2d_update_scratch` of conv2d.h; `output`: (1, OH, OW, O).
  private func updateScratch(_ output: [Int]) -> Int {
    let rows = min(max(128 / output[2], 1), output[1])
    let columns = (rows * output[2] + 1) / 2 * 8
    return columns + (rows < output[1] ? (output[3] + 1) / 2 * 2 * 8 : 0)
  }

  private func depthwiseScratch(
    _ window: Window, _ multiplier: Int, _ input: TensorID, _ output: TensorID
  ) -> DepthwiseScratch {
    DepthwiseScratch(window: window, multiplier: multiplier, input: self[input].shape, output: self[output].shape)
  }

  /// `fully_connected_update_scratch` of fully_connected.h.
  private func updateScratch(dense output: Tensor, trained: Int) -> Int {
    let rows = output.elementCount / (output.shape.last ?? 1)
    return 80 + (rows == 1 ? trained / 4 * 6 + 257 : updateScratch([1, rows, 1, output.shape.last ?? 1]))
  }

  /// `fully_connected_scratch` and `conv2d_scratch`.
  private func fullyConnectedScratchBytes(_ weighting: Weighting, y: Tensor) -> Int {
    let outputs = y.shape.last ?? 1
    let rows = y.elementCount / outputs
    return conv2DScratchBytes(
      Window(kernelHeight: 1, kernelWidth: 1), weighting, x: [1, 1, rows, weighting.channels], y: [1, 1, rows, outputs])
  }

  /// Sums of a chunk of channels, the packed operands of a block of positions, and the gathered codes of one plane.
  private func conv2DScratchBytes(_ window: Window, _ weighting: Weighting, x: [Int], y: [Int]) -> Int {
    let block = y[1] * y[2] < 4 ? 1 : 4
    let isPointwise =
      window.kernelHeight * window.kernelWidth == 1 && window.padTop == 0 && window.padLeft == 0
      && (y[1] - 1) * window.strideHeight < x[1] && (y[2] - 1) * window.strideWidth < x[2]
    let planes = [weighting.trainedChannels, weighting.channels - weighting.trainedChannels]
    let columns = planes.map { ($0 * window.kernelHeight * window.kernelWidth + 3) / 4 * 4 }
    let gathered = zip(planes, columns).map { isPointwise && $0 % 4 == 0 ? 0 : $1 }.reduce(0, max)
    let sums = min((y[3] + 1) / 2 * 2, 32)
    return block * (4 * sums + 2 * columns.reduce(0, +) + gathered)
  }
}
