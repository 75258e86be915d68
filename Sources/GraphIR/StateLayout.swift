/// Where each tensor of the training state lies: the canonical order that digests and checkpoints use.
package struct StateLayout: Hashable, Sendable {
  /// Bytes of the header: u32 step, u32 seed.
  package static let headerBytes = 8
  /// Bytes of one range: int32 exponent, held, observed.
  package static let rangeBytes = 12
  /// Bytes of one layer's counts: u64 saturated, unchanged.
  package static let countsBytes = 16

  package struct Segment: Hashable, Sendable {
    package var kind: Tensor.StateKind
    package var tensors: [TensorID]
    /// Byte offset of each tensor within the segment.
    package var offsets: [Int]
    package var bytes: Int
  }

  package let rangesBytes: Int
  package let biases: Segment
  package let weights: Segment
  package let residuals: Segment
  package let velocities: Segment
  /// Layers whose updates are counted, ascending: indices into `Graph.layers`.
  package let countedLayers: [Int]

  package init(_ graph: Graph) {
    rangesBytes = graph.errorRanges.count * Self.rangeBytes
    biases = Segment(kind: .bias, tensors: Self.tensors(.bias, of: graph), graph)
    weights = Segment(kind: .weight, tensors: Self.tensors(.weight, of: graph), graph)
    residuals = Segment(kind: .residual, tensors: Self.residuals(of: weights.tensors, graph), graph)
    velocities = Segment(kind: .velocity, tensors: Self.tensors(.velocity, of: graph), graph)
    countedLayers = Set(graph.operations.filter { !$0.kind.stateOperands(of: $0.inputs).isEmpty }.compactMap(\.layer)).sorted()
  }

  package var totalBytes: Int {
    Self.headerBytes + rangesBytes + biases.bytes + weights.bytes + residuals.bytes + velocities.bytes
      + countersBytes
  }

  package var countersBytes: Int { countedLayers.count * Self.countsBytes }

  private static func tensors(_ kind: Tensor.StateKind, of graph: Graph) -> [TensorID] {
    graph.tensors.indices.filter { index in
      if case .state(kind, _) = graph.tensors[index].storage { true } else { false }
    }.map(TensorID.init)
  }

  /// Residual planes in the order of the weights they belong to.
  private static func residuals(of weights: [TensorID], _ graph: Graph) -> [TensorID] {
    var residualOf: [TensorID: TensorID] = [:]
    for operation in graph.operations {
      let planes = operation.kind.stateOperands(of: operation.inputs)
      for plane in planes.dropFirst() {
        if case .state(.residual, _) = graph[plane].storage { residualOf[planes[0]] = plane }
      }
    }
    return weights.compactMap { residualOf[$0] }
  }
}

extension StateLayout.Segment {
  fileprivate init(kind: Tensor.StateKind, tensors: [TensorID], _ graph: Graph) {
    var bytes = 0
    var offsets: [Int] = []
    for tensor in tensors {
      offsets.append(bytes)
      bytes += (graph[tensor].byteCount + 7) / 8 * 8
    }
    self.init(kind: kind, tensors: tensors, offsets: offsets, bytes: bytes)
  }
}
