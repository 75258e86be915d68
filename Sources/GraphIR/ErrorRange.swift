/// The number format of an error tensor: int16 mantissas that share a power of two.
///
/// real = mantissa * 2^exponent, |mantissa| <= 2^bits - 1. The exponent is training state: it follows the
/// peak of earlier steps (Sources/Interpreter/SEMANTICS.md, "Ranges"). Several tensors may share a range.
package struct ErrorRange: Hashable, Sendable, Codable {
  package var name: String
  /// Mantissa bits without the sign, 4...15, chosen so that no sum over mantissas leaves int32.
  package var bits: Int
  /// Exponent before the first step.
  package var initialExponent: Int
  /// False where the exponent never moves (the loss, whose errors lie in -1...1).
  package var adapts: Bool

  package init(name: String, bits: Int, initialExponent: Int, adapts: Bool) {
    self.name = name
    self.bits = bits
    self.initialExponent = initialExponent
    self.adapts = adapts
  }

  /// The largest mantissa.
  package var limit: Int32 { Int32((1 << bits) - 1) }
}
