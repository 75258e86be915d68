import GraphIR

extension Graph {
  /// Turns PAD followed by a convolution into a convolution with padding: the padded map never exists.
  ///
  /// A padding of zero points contributes nothing to a sum over (x - z), so the codes stay the same.
  package func foldingPadding() -> Graph {
    var graph = self
    let consumers = consumers()
    var folded: Set<Int> = []
    for (position, operation) in operations.enumerated() {
      guard case .pad(let before) = operation.kind, before.count == 4, before[0] == 0, before[3] == 0,
        self[operation.outputs[0]].shape[3] == self[operation.inputs[0]].shape[3],
        let padded = operation.outputs.first, padded != output, !consumers[padded.index].isEmpty,
        self[padded].quantization == self[operation.inputs[0]].quantization
      else { continue }
      let users = consumers[padded.index]
      let map = self[operation.inputs[0]].shape
      let kinds = users.map { user in
        operations[user].kind.padded(
          top: before[1], left: before[2], map: map, outputs: self[operations[user].outputs[0]].shape)
      }
      guard kinds.allSatisfy({ $0 != nil }) else { continue }
      for (user, kind) in zip(users, kinds) {
        guard let kind else { continue }
        graph.operations[user].kind = kind
        graph.operations[user].inputs[0] = operation.inputs[0]
      }
      folded.insert(position)
    }
    graph.operations = graph.operations.indices.filter { !folded.contains($0) }.map { graph.operations[$0] }
    return graph.compacted()
  }
}

extension OperationKind {
  /// The same convolution over a map whose padding is not stored; nil for everything else, and where some window would
  /// lie wholly in the padding.
  fileprivate func padded(top: Int, left: Int, map: [Int], outputs: [Int]) -> OperationKind? {
    switch self {
    case .conv2D(let window, let weighting):
      window.padded(top: top, left: left, map: map, outputs: outputs).map { .conv2D($0, weighting) }
    case .depthwiseConv2D(let window, let weighting, let multiplier):
      window.padded(top: top, left: left, map: map, outputs: outputs).map {
        .depthwiseConv2D($0, weighting, multiplier: multiplier)
      }
    default: nil
    }
  }
}

extension Window {
  fileprivate func padded(top: Int, left: Int, map: [Int], outputs: [Int]) -> Window? {
    var window = self
    window.padTop += top
    window.padLeft += left
    let touches =
      (kernelHeight - 1) * dilationHeight >= window.padTop && (kernelWidth - 1) * dilationWidth >= window.padLeft
      && (outputs[1] - 1) * strideHeight - window.padTop < map[1]
      && (outputs[2] - 1) * strideWidth - window.padLeft < map[2]
    return touches ? window : nil
  }
}
