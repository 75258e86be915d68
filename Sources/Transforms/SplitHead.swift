import GraphIR

extension Graph {
  /// Splits the classifier into accumulators and their requantization, so that the loss can read
  /// accumulators: int8 logits saturate at the exported output scale and then stop learning.
  ///
  /// The head is the last layer with weights, followed by nothing but reshapes and a softmax.
  /// - Throws: `GraphError` when the model does not end so.
  package func splittingHead() throws -> Graph {
    let producers = producers()
    var codes = output
    search: while let position = producers[codes.index] {
      switch operations[position].kind {
      case .softmax, .reshape: codes = operations[position].inputs[0]
      case .conv2D, .fullyConnected: break search
      default:
        throw GraphError(
          "\(operations[position].name): the model ends in an operation that no classifier ends in; expected a dense or convolution layer, then reshape and softmax at most")
      }
    }
    guard let position = producers[codes.index], let channels = self[codes].shape.last,
      self[codes].elementCount == channels, (2...4095).contains(channels)
    else {
      throw GraphError(
        "'\(self[codes].name)': found shape \(self[codes].shape) before the softmax, expected one row of 2 to 4,095 classes")
    }
    return splitting(position, codes: codes, channels: channels)
  }

  private func splitting(_ position: Int, codes: TensorID, channels: Int) -> Graph {
    var graph = self
    var head = operations[position]
    guard let weighting = head.kind.weighting else { preconditionFailure("\(head.name) has no weights") }
    let accumulators = graph.add(
      Tensor(name: self[codes].name + "/accumulators", shape: self[codes].shape, element: .int32, storage: .value))
    let scales = weighting.weightScales.map { Double($0) * Double(weighting.inputScale) }
    let requantize = Operation(
      name: head.name + "/requantize",
      kind: .requantize(accumulatorScales: scales, weighting.clamp, rounding: head.kind.requantizationRounding),
      inputs: [accumulators], outputs: [codes], layer: head.layer)
    head.outputs = [accumulators]
    graph.operations[position] = head
    graph.operations.insert(requantize, at: position + 1)
    return graph
  }
}
