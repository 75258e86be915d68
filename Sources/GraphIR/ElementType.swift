/// How one element of a tensor is stored.
package enum ElementType: String, Sendable, Codable {
  /// Activation and weight codes.
  case int8
  /// Mantissas of error tensors (block floating point, see `ErrorRange`).
  case int16
  /// Biases, accumulators, losses.
  case int32
  /// Indices within a pooling window.
  case uint8
  /// One bit an element, eight to a byte, least significant bit first: clamp masks.
  case bit

  /// Bytes that `count` elements take, rounded up to whole bytes.
  package func byteCount(elements count: Int) -> Int {
    switch self {
    case .int8, .uint8: count
    case .int16: count * 2
    case .int32: count * 4
    case .bit: (count + 7) / 8
    }
  }

  /// Address alignment that kernels rely on, in bytes.
  package var alignment: Int { 8 }
}
