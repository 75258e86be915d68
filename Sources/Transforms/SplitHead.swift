import GraphIR

extension Graph {
  /// Most elements an output can have: predictions and counts travel as 16 bits.
  private static let mostOutputs = 65_535

  /// Makes what the loss reads: the accumulators of the last layer, split off their requantization, because int8 codes
  /// saturate at the exported scale and then stop learning. Where the model ends in anything but a layer without
  /// activation, or `reading` asks for it, the loss reads the codes themselves.
  ///
  /// - Throws: `GraphError` when the model's end does not suit the loss.
  package func splittingHead(for loss: Loss, reading lossInput: LossInput = .accumulator) throws -> Graph {
    let producers = producers()
    let codes = try end(for: loss, producers)
    guard let position = producers[codes.index] else {
      throw GraphError("graph '\(name)': found an output that nothing computes, expected a layer")
    }
    guard lossInput == .accumulator, let weighting = operations[position].kind.splittableWeighting,
      weighting.clamp == Clamp()
    else { return centering(codes, behind: position) }
    return splitting(position, weighting, codes: codes)
  }

  /// The codes that the loss is about: the model's output, or for a classifier what goes into its softmax.
  private func end(for loss: Loss, _ producers: [Int?]) throws -> TensorID {
    var codes = output
    search: while let position = producers[codes.index] {
      let operation = operations[position]
      switch operation.kind {
      case .reshape: codes = operation.inputs[0]
      case .softmax:
        guard loss.isClassification else {
          throw GraphError(
            "\(operation.name): the model ends in a softmax, through which \(loss.rawValue) has no gradient; use --loss cross-entropy, or soft-cross-entropy for distributions")
        }
        codes = operation.inputs[0]
      case .lookup(.logistic), .lookup(.tanh):
        guard !loss.isClassification else {
          throw GraphError(
            "\(operation.name): the model ends in a logistic or tanh, whose outputs are no logits of \(loss.rawValue); use --loss mse with a number for each output, or a model that ends before it")
        }
        break search
      default: break search
      }
    }
    try checkShape(codes, for: loss)
    return codes
  }

  private func checkShape(_ codes: TensorID, for loss: Loss) throws {
    let tensor = self[codes]
    switch loss {
    case .crossEntropy, .softCrossEntropy:
      guard tensor.elementCount == tensor.shape.last, (2...Self.mostOutputs).contains(tensor.elementCount) else {
        throw GraphError(
          "'\(tensor.name)': found outputs of shape \(tensor.shape), expected one row of 2 to \(Self.mostOutputs) classes; for numbers use --loss mse or reconstruction")
      }
    case .meanSquaredError:
      guard tensor.elementCount <= Self.mostOutputs else {
        throw GraphError(
          "'\(tensor.name)': found \(tensor.elementCount) outputs, expected at most \(Self.mostOutputs)")
      }
    case .reconstruction:
      let wanted = self[input].elementCount
      guard tensor.elementCount == wanted, wanted <= Self.mostOutputs else {
        throw GraphError(
          "'\(tensor.name)': found \(tensor.elementCount) outputs for \(wanted) inputs, expected as many, at most \(Self.mostOutputs), to compare them; use --loss mse with targets")
      }
    }
  }

  private func splitting(_ position: Int, _ weighting: Weighting, codes: TensorID) -> Graph {
    var graph = self
    var head = operations[position]
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

  private func centering(_ codes: TensorID, behind position: Int) -> Graph {
    var graph = self
    let centered = graph.add(
      Tensor(name: self[codes].name + "/centered", shape: self[codes].shape, element: .int32, storage: .value))
    graph.operations.insert(
      Operation(name: self[codes].name + "/center", kind: .centerCodes, inputs: [codes], outputs: [centered]),
      at: position + 1)
    return graph
  }
}

extension OperationKind {
  /// Of a layer whose kernel can leave its accumulators.
  fileprivate var splittableWeighting: Weighting? {
    switch self {
    case .conv2D(_, let weighting), .fullyConnected(let weighting): weighting
    default: nil
    }
  }
}
