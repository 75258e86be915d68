import GraphIR

extension Graph {
  /// Lets the weight update of a layer that trains some of its channels read a copy of just those, so that the whole
  /// input dies in the forward pass (Lin et al., arXiv 2206.15472, section 3.2).
  ///
  /// Only where that lowers the bytes kept: nothing else of the backward pass reads the input, and the copies of all
  /// its updates take less than it does.
  package func keepingTrainedChannels() -> Graph {
    var graph = self
    let roots = rootsOfReshapes()
    var inserted: [Int: [Operation]] = [:]
    for (root, readers) in readersBehindTheLoss(roots).sorted(by: { $0.key < $1.key }) {
      let selections = readers.compactMap { selection(forUpdate: operations[$0]) }
      guard self[root].isValue || root == input, root != roots[output.index], selections.count == readers.count,
        selections.reduce(0, { $0 + $1.tensor.byteCount }) < self[root].byteCount
      else { continue }
      for (reader, selection) in zip(readers, selections) {
        let kept = graph.add(selection.tensor)
        inserted[selection.forward, default: []].append(
          Operation(
            name: operations[selection.forward].name + "/keep", kind: .selectChannels(selection.channels),
            inputs: [operations[reader].inputs[0]], outputs: [kept], layer: operations[reader].layer))
        graph.operations[reader].inputs[0] = kept
      }
    }
    graph.operations = graph.operations.indices.flatMap { inserted[$0, default: []] + [graph.operations[$0]] }
    return graph.compacted()
  }

  /// The tensor whose bytes each tensor is: itself, or what a chain of reshapes began with.
  private func rootsOfReshapes() -> [TensorID] {
    var roots = tensors.indices.map(TensorID.init)
    for operation in operations {
      if case .reshape = operation.kind { roots[operation.outputs[0].index] = roots[operation.inputs[0].index] }
    }
    return roots
  }

  /// Positions behind the forward pass that read each root's bytes, under any name.
  private func readersBehindTheLoss(_ roots: [TensorID]) -> [TensorID: [Int]] {
    var readers: [TensorID: [Int]] = [:]
    for (position, operation) in operations.enumerated() where operation.kind.phase != .forward {
      for root in Set(operation.inputs.map { roots[$0.index] }) { readers[root, default: []].append(position) }
    }
    return readers
  }

  /// What a weight update needs of its input, and the layer whose forward operation reads it; nil where that is all of it.
  private func selection(forUpdate operation: Operation) -> (tensor: Tensor, channels: [Int], forward: Int)? {
    let multiplier: Int
    switch operation.kind {
    case .conv2DUpdateWeights, .fullyConnectedUpdateWeights: multiplier = 1
    case .depthwiseConv2DUpdateWeights(_, _, _, let count): multiplier = count
    default: return nil
    }
    guard let weighting = operation.kind.weighting,
      let forward = operations.firstIndex(where: { $0.kind.isLayer && $0.layer == operation.layer })
    else { return nil }
    var tensor = self[operation.inputs[0]]
    let count = weighting.trainedChannels / multiplier
    guard weighting.trainedChannels < weighting.channels, tensor.shape.last == weighting.channels / multiplier else { return nil }
    tensor.name = operations[forward].name + "/in/trained"
    tensor.storage = .value
    tensor.shape[tensor.shape.count - 1] = count
    return (tensor, Array(0..<count), forward)
  }
}
