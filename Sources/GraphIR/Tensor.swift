/// A tensor of the graph: what it holds and where it lives, not the values of a run.
package struct Tensor: Hashable, Sendable, Codable {
  package var name: String
  /// Batch first; activations are NHWC with N = 1.
  package var shape: [Int]
  package var element: ElementType
  package var storage: Storage
  /// Codes only; error tensors have `errorRange` instead.
  package var quantization: Quantization?
  /// Error tensors only: index into `Graph.errorRanges`.
  package var errorRange: Int?

  package enum Storage: Hashable, Sendable, Codable {
    /// Made and used within one step: lives in the arena.
    case value
    /// The sample, given from outside.
    case input
    /// Never changes: lives in flash. `offset` bytes into `Graph.data`.
    case constant(offset: Int)
    /// Changes from step to step: lives in SRAM and in checkpoints. Initial bytes at `offset` of `Graph.data`.
    case state(StateKind, offset: Int)
  }

  package enum StateKind: String, Hashable, Sendable, Codable {
    /// int32 bias codes with `Layer.biasFractionBits` extra low bits.
    case bias
    /// int8 high plane, which the kernels read.
    case weight
    /// int8 low plane: weight16 = 256 * weight + residual.
    case residual
    /// int32: steps not yet applied. Of a weight in 2^-16 of a 16-bit code, of a bias in its own codes.
    case velocity
  }

  package init(
    name: String, shape: [Int], element: ElementType, storage: Storage,
    quantization: Quantization? = nil, errorRange: Int? = nil
  ) {
    self.name = name
    self.shape = shape
    self.element = element
    self.storage = storage
    self.quantization = quantization
    self.errorRange = errorRange
  }

  package var elementCount: Int { shape.reduce(1, *) }
  package var byteCount: Int { element.byteCount(elements: elementCount) }

  package var isConstant: Bool {
    if case .constant = storage { true } else { false }
  }
  package var isState: Bool {
    if case .state = storage { true } else { false }
  }
  package var isValue: Bool { storage == .value }
}
