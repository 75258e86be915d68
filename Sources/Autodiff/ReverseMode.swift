// Invariants
//   - The gradients of a tensor with several consumers are summed: `errors` holds every contribution, and they are
//     added up once, when the traversal reaches the tensor's producer, which stands before all of its consumers.
//   - An input gradient reads the weights before their update: rules emit it first.
//   - No error is computed that no trained layer needs.

import GraphIR

/// Reverse-mode differentiation at compile time: appends loss, backward pass and updates to a forward graph.
struct ReverseMode {
  private(set) var graph: Graph
  private var forward: [Operation] = []
  private var backward: [Operation] = []
  /// Contributions to the gradient of each forward tensor.
  private var errors: [TensorID: [TensorID]] = [:]
  private let loss: Loss
  /// Forward tensors whose gradient some trained layer needs.
  private let needed: Set<TensorID>
  let rule: UpdateRule

  init(_ graph: Graph, _ loss: Loss, _ rule: UpdateRule) {
    self.graph = graph
    self.rule = rule
    self.loss = loss
    needed = Self.tensorsThatNeedGradients(graph)
  }

  /// Results of trained layers, and everything computed from them.
  private static func tensorsThatNeedGradients(_ graph: Graph) -> Set<TensorID> {
    var needed: Set<TensorID> = []
    for operation in graph.operations {
      let trains = operation.inputs.contains { graph[$0].isState }
      if trains || operation.inputs.contains(where: needed.contains) { needed.formUnion(operation.outputs) }
    }
    return needed
  }

  mutating func run() throws -> Graph {
    let head = try headPosition()
    emitLoss(of: graph.operations[head])
    forward = graph.operations
    for position in graph.operations.indices.reversed() {
      try differentiate(position)
    }
    if graph.errorRanges.contains(where: \.adapts) {
      backward.append(Operation(name: "ranges", kind: .updateRanges, inputs: [], outputs: []))
    }
    graph.operations = forward.withMasksBehindTheirInputs() + backward
    return graph
  }

  private func headPosition() throws -> Int {
    guard let position = graph.operations.firstIndex(where: { $0.isHead(in: graph) }) else {
      throw GraphError("graph '\(graph.name)': found no head split off its accumulators or centered; the loss reads one")
    }
    return position
  }

  private mutating func emitLoss(of head: Operation) {
    let outputs = head.outputs[0]
    // A cross-entropy's errors lie within ±1; those of a squared error have no bound.
    let range = graph.addRange(
      ErrorRange(name: "loss", bits: 15, initialExponent: -15, adapts: !loss.isClassification))
    let error = graph.add(
      Tensor(
        name: "d_" + graph[outputs].name, shape: graph[outputs].shape, element: .int16, storage: .value,
        errorRange: range))
    let sample = loss == .reconstruction ? [graph.input] : []
    backward.append(
      Operation(name: "loss", kind: lossKind(head), inputs: [outputs] + sample, outputs: [error]))
    if needs(outputs) { errors[outputs] = [error] }
  }

  private func lossKind(_ head: Operation) -> OperationKind {
    let scales = head.accumulatorScales(in: graph)
    switch loss {
    case .crossEntropy: return .softmaxCrossEntropy(logitScales: scales)
    case .softCrossEntropy: return .softCrossEntropy(logitScales: scales)
    case .meanSquaredError, .reconstruction:
      let codes = graph[graph.output].quantization
      return .meanSquaredError(
        SquaredErrorScales(
          outputScales: scales, codeScale: codes?.scales.first ?? 1, codeZeroPoint: codes?.zeroPoint ?? 0))
    }
  }

  private mutating func differentiate(_ position: Int) throws {
    let operation = forward[position]
    guard let output = operation.outputs.first, let error = summedError(of: output) else { return }
    let masked = maskedError(error, of: operation, at: position)
    try emitGradients(of: operation, at: position, error: masked)
  }

  // MARK: What rules use

  func needs(_ tensor: TensorID) -> Bool { needed.contains(tensor) }

  /// A new error tensor for the gradient of `tensor`, in a range of its own.
  mutating func makeError(for tensor: TensorID, shape: [Int]? = nil, suffix: String = "") -> TensorID {
    let name = "d_" + graph[tensor].name + suffix
    let range = graph.addRange(ErrorRange(name: name, bits: 15, initialExponent: 0, adapts: true))
    return graph.add(
      Tensor(name: name, shape: shape ?? graph[tensor].shape, element: .int16, storage: .value, errorRange: range))
  }

  /// A new error tensor in the range of `error`.
  mutating func makeError(sharing error: TensorID, shape: [Int], named name: String) -> TensorID {
    graph.add(
      Tensor(name: name, shape: shape, element: .int16, storage: .value, errorRange: graph[error].errorRange))
  }

  mutating func contribute(_ error: TensorID, to tensor: TensorID) {
    errors[tensor, default: []].append(error)
  }

  mutating func emit(
    _ kind: OperationKind, of operation: Operation, part: String, inputs: [TensorID], outputs: [TensorID] = []
  ) {
    backward.append(
      Operation(
        name: "\(operation.name)/\(part)", kind: kind, inputs: inputs, outputs: outputs, layer: operation.layer))
  }

  /// A residual plane for a trained weight plane: zeros, so that training starts at the model's own weights.
  mutating func makeResidual(for plane: TensorID) -> TensorID {
    makePlane(.residual, .int8, for: plane, quantization: graph[plane].quantization)
  }

  /// A velocity plane for a trained tensor, at rest.
  mutating func makeVelocity(for plane: TensorID) -> TensorID { makePlane(.velocity, .int32, for: plane) }

  private mutating func makePlane(
    _ kind: Tensor.StateKind, _ element: ElementType, for plane: TensorID, quantization: Quantization? = nil
  ) -> TensorID {
    let (name, shape) = (graph[plane].name, graph[plane].shape)
    let offset = graph.store(Array(repeating: 0, count: element.byteCount(elements: graph[plane].elementCount)))
    return graph.add(
      Tensor(
        name: "\(name)/\(kind.rawValue)", shape: shape, element: element, storage: .state(kind, offset: offset),
        quantization: quantization))
  }

  mutating func addOutput(_ tensor: Tensor, to position: Int) -> TensorID {
    let id = graph.add(tensor)
    forward[position].outputs.append(id)
    return id
  }

  // MARK: Sums and masks

  private mutating func summedError(of tensor: TensorID) -> TensorID? {
    guard var sum = errors[tensor]?.first, let all = errors[tensor] else { return nil }
    for (index, term) in all.dropFirst().enumerated() {
      let next = makeError(for: tensor, suffix: index == all.count - 2 ? "/sum" : "/sum\(index)")
      backward.append(
        Operation(
          name: graph[tensor].name + "/sum\(index)", kind: .sumErrors, inputs: [sum, term], outputs: [next]))
      sum = next
    }
    return sum
  }

  /// A clamp passes gradient only where the stored code lies strictly inside it: one bit an element is kept.
  private mutating func maskedError(_ error: TensorID, of operation: Operation, at position: Int) -> TensorID {
    guard let clamp = operation.fusedClamp(in: graph), let output = operation.outputs.first,
      graph[output].element == .int8
    else { return error }
    let name = graph[output].name
    let mask = graph.add(Tensor(name: name + "/mask", shape: graph[output].shape, element: .bit, storage: .value))
    forward.append(
      Operation(
        name: operation.name + "/mask", kind: .clampMask(clamp), inputs: [output], outputs: [mask],
        layer: operation.layer))
    let masked = makeError(sharing: error, shape: graph[output].shape, named: "d_\(name)/masked")
    emit(.maskError, of: operation, part: "mask_error", inputs: [error, mask], outputs: [masked])
    return masked
  }
}

extension Operation {
  /// What `splittingHead` made for the loss to read: the only forward operation whose output is int32.
  fileprivate func isHead(in graph: Graph) -> Bool {
    outputs.first.map { graph[$0].element == .int32 } == true
  }

  /// Real value of one unit of a head's output, one or one for each channel.
  fileprivate func accumulatorScales(in graph: Graph) -> [Double] {
    if let weighting = kind.weighting { return weighting.weightScales.map { Double($0) * Double(weighting.inputScale) } }
    return (graph[inputs[0]].quantization?.scales ?? []).map(Double.init)
  }
}

extension Operation {
  /// The clamp whose gradient is a mask. Pooling without an activation of its own, and a mean in the format of its input,
  /// hand on codes that were clamped before.
  fileprivate func fusedClamp(in graph: Graph) -> Clamp? {
    switch kind {
    case .conv2D(_, let weighting), .depthwiseConv2D(_, let weighting, _), .fullyConnected(let weighting):
      weighting.clamp
    case .add(let clamp), .subtract(let clamp), .multiply(let clamp), .lookup(.clamp(let clamp)): clamp
    case .rescale: Clamp()
    case .mean: graph[inputs[0]].quantization == graph[outputs[0]].quantization ? nil : Clamp()
    case .averagePool2D(_, let clamp), .maxPool2D(_, let clamp): clamp == Clamp() ? nil : clamp
    default: nil
    }
  }
}

extension Graph {
  fileprivate mutating func addRange(_ range: ErrorRange) -> Int {
    errorRanges.append(range)
    return errorRanges.count - 1
  }
}

extension [Operation] {
  /// Moves every mask, appended at the end, directly behind the operation that makes its input.
  fileprivate func withMasksBehindTheirInputs() -> [Operation] {
    var masks: [TensorID: Operation] = [:]
    for operation in self {
      if case .clampMask = operation.kind { masks[operation.inputs[0]] = operation }
    }
    return flatMap { operation -> [Operation] in
      if case .clampMask = operation.kind { return [] }
      return [operation] + operation.outputs.compactMap { masks[$0] }
    }
  }
}
