import GraphIR

/// What training takes beyond inference, in the parts that update plans trade against each other.
package struct UpdateMemory: Hashable, Sendable, Codable {
  /// Codes that the forward pass leaves for the backward pass.
  package let savedActivationBytes: Int
  /// Clamp masks of layers, one bit an output.
  package let maskBytes: Int
  /// Masks of other operations (additions saturate, too) and indices of maxima.
  package let otherMaskBytes: Int
  /// Trained weights below the classifier: the high planes, one byte each.
  package let weightBytes: Int
  /// Trained biases below the classifier, four bytes each.
  package let biasBytes: Int
  /// The low planes of those weights.
  package let residualBytes: Int
  /// The velocities of those weights and biases.
  package let velocityBytes: Int
  /// All planes of the classifier's parameters, which the published schemes leave out of their account.
  package let classifierBytes: Int

  /// What Lin et al. (arXiv 2206.15472) name their schemes after: saved activations, masks of one bit for the
  /// outputs of layers, trained int8 weights and int32 biases; not the classifier's.
  package var publishedMeasureBytes: Int { savedActivationBytes + maskBytes + weightBytes + biasBytes }

  /// - Parameter graph: a training graph.
  package init(_ graph: Graph, _ layout: ArenaLayout) {
    func bytes(_ role: BufferRole) -> Int {
      layout.placements.filter { graph.role(of: $0.buffer) == role }.reduce(0) { $0 + $1.buffer.bytes }
    }
    savedActivationBytes = bytes(.savedActivation)
    maskBytes = graph.operations.reduce(0) { sum, operation in
      guard case .clampMask = operation.kind, operation.layer != nil else { return sum }
      return sum + graph[operation.outputs[0]].byteCount
    }
    otherMaskBytes = bytes(.mask) - maskBytes
    var (weights, biases, residuals, velocities, classifier) = (0, 0, 0, 0, 0)
    for operation in graph.operations where operation.kind.phase == .update {
      for id in operation.inputs {
        guard case .state(let kind, _) = graph[id].storage else { continue }
        let count = graph[id].byteCount
        if operation.layer == graph.layers.count - 1 {
          classifier += count
          continue
        }
        switch kind {
        case .weight: weights += count
        case .bias: biases += count
        case .residual: residuals += count
        case .velocity: velocities += count
        }
      }
    }
    (weightBytes, biasBytes, classifierBytes) = (weights, biases, classifier)
    (residualBytes, velocityBytes) = (residuals, velocities)
  }
}
