import GraphIR

/// Layers with weights. All three kinds are sums over the same terms y[output] += x[input] · w[weight], so
/// one list of terms gives the forward operation and both gradients.
extension FloatTwin {
  /// Places of one product within x, a weight plane and y.
  private struct Term {
    let x: Int
    let plane: Int
    let weight: Int
    let y: Int
  }

  func layer(_ operation: Operation) -> [Double] {
    guard let weighting = operation.kind.weighting else { return [] }
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let planes = WeightPlane.planes(operation, weighting)
    let bias = self[operation.inputs[1 + planes.count]]
    var sums = (0..<graph[y].elementCount).map { bias[$0 % bias.count] }
    forEachTerm(operation, weighting, x: x, y: y) { term in
      sums[term.y] += self[x][term.x] * self[planes[term.plane].tensor][term.weight]
    }
    return sums.clamped(weighting.clamp, graph[y])
  }

  func layerBackwardInput(_ operation: Operation) -> [Double] {
    guard let weighting = operation.kind.weighting else { return [] }
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    let planes = WeightPlane.planes(operation, weighting)
    var sums = Array(repeating: 0.0, count: graph[dx].elementCount)
    forEachTerm(operation, weighting, x: dx, y: dy) { term in
      sums[term.x] += self[dy][term.y] * self[planes[term.plane].tensor][term.weight]
    }
    return sums
  }

  func layerWeightGradient(_ operation: Operation) -> [Double] {
    guard let weighting = operation.kind.weighting else { return [] }
    let (x, dy) = (operation.inputs[0], operation.inputs[1])
    var sums = Array(repeating: 0.0, count: graph[operation.inputs[2]].elementCount)
    forEachTerm(operation, weighting, x: x, y: dy) { term in
      guard term.plane == 0 else { return }
      sums[term.weight] += self[dy][term.y] * self[x][term.x]
    }
    return sums
  }

  func biasGradient(_ operation: Operation) -> [Double] {
    let channels = graph[operation.inputs[1]].elementCount
    var sums = Array(repeating: 0.0, count: channels)
    for (index, error) in self[operation.inputs[0]].enumerated() { sums[index % channels] += error }
    return sums
  }

  private func forEachTerm(
    _ operation: Operation, _ weighting: Weighting, x: TensorID, y: TensorID, _ body: (Term) -> Void
  ) {
    let outputs = graph[y].shape.last ?? 1
    // Of x, which for an update may hold the trained channels only.
    let channels = channels(ofInput: x, of: operation, rows: graph[y].elementCount / outputs)
    // Terms of output channel o at one tap, the pixels given.
    func dense(_ tap: Int, _ taps: Int, _ inputCell: Int, _ outputCell: Int) {
      for o in 0..<outputs {
        for i in 0..<channels {
          let (plane, offset, width) = place(i, weighting)
          body(
            Term(
              x: inputCell * channels + i, plane: plane, weight: (o * taps + tap) * width + offset,
              y: outputCell * outputs + o))
        }
      }
    }
    func depthwise(_ tap: Int, _ multiplier: Int, _ inputCell: Int, _ outputCell: Int) {
      for o in 0..<min(outputs, channels * multiplier) {
        let (plane, offset, width) = place(o, weighting)
        body(
          Term(
            x: inputCell * channels + o / multiplier, plane: plane,
            weight: tap * width + offset, y: outputCell * outputs + o))
      }
    }
    switch operation.kind {
    case .conv2D(let window, _), .conv2DBackwardInput(let window, _), .conv2DUpdateWeights(let window, _, _):
      let sliding = SlidingWindow(window, map: graph[x].shape, cells: graph[y].shape)
      for cell in 0..<sliding.outputCells {
        sliding.forEachTap(of: cell) { dense($0, sliding.taps, $1, cell) }
      }
    case .depthwiseConv2D(let window, _, let multiplier),
      .depthwiseConv2DBackwardInput(let window, _, let multiplier),
      .depthwiseConv2DUpdateWeights(let window, _, _, let multiplier):
      let sliding = SlidingWindow(window, map: graph[x].shape, cells: graph[y].shape)
      for cell in 0..<sliding.outputCells {
        sliding.forEachTap(of: cell) { depthwise($0, multiplier, $1, cell) }
      }
    default:
      for row in 0..<graph[x].elementCount / channels { dense(0, 1, row, row) }
    }
  }

  private func channels(ofInput x: TensorID, of operation: Operation, rows: Int) -> Int {
    switch operation.kind {
    case .fullyConnected, .fullyConnectedBackwardInput, .fullyConnectedUpdateWeights: graph[x].elementCount / rows
    default: graph[x].shape.last ?? 1
    }
  }

  /// Which plane holds a channel (0 trained, 1 frozen; 0 frozen when nothing is trained), where in its
  /// rows, and how long they are.
  private func place(_ channel: Int, _ weighting: Weighting) -> (plane: Int, offset: Int, width: Int) {
    let trained = weighting.trainedChannels
    if channel < trained { return (0, channel, trained) }
    return (trained > 0 ? 1 : 0, channel - trained, weighting.channels - trained)
  }
}
