/// Where each tensor of the training state lies: the canonical order that digests and checkpoints use.
package struct StateLayout: Hashable, Sendable {
  /// Bytes of the header: u32 step, u32 seed.
  package static let headerBytes = 8
  /// Bytes of one range: int32 exponent, held, observed.
  package static let rangeBytes = 12

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

  package init(_ graph: Graph) {
    rangesBytes = graph.errorRanges.count * Self.rangeBytes
    biases = Self.segment(.bias, of: graph)
    weights = Self.segment(.weight, of: graph)
    residuals = Self.segment(.residual, of: graph)
  }

  package var totalBytes: Int {
    Self.headerBytes + rangesBytes + biases.bytes + weights.bytes + residuals.bytes
  }

  private static func segment(_ kind: Tensor.StateKind, of graph: Graph) -> Segment {
    var segment = Segment(kind: kind, tensors: [], offsets: [], bytes: 0)
    for (index, tensor) in graph.tensors.enumerated() {
      guard case .state(kind, _) = tensor.storage else { continue }
      segment.tensors.append(TensorID(index))
      segment.offsets.append(segment.bytes)
      segment.bytes += (tensor.byteCount + 7) / 8 * 8
    }
    return segment
  }
}
