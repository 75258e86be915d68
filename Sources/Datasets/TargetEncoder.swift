/// Turns what a sample is to be taught into the int16 values of a step's target (SEMANTICS.md, "Loss").
package enum TargetEncoder {
  /// A distribution over the classes as Q14, scaled so that the sum is 2^14 exactly: the largest remainders get what
  /// rounding down has left.
  ///
  /// - Throws: `.mismatch` for a negative weight, or none above 0.
  package static func distribution(_ weights: [Float], place: String) throws -> [Int16] {
    let sum = weights.reduce(0.0) { $0 + Double($1) }
    guard sum > 0, sum.isFinite, weights.allSatisfy({ $0 >= 0 }) else {
      throw DatasetError(
        .mismatch, place, found: "a row with sum \(sum)\(weights.contains { $0 < 0 } ? " and negative numbers" : "")",
        expected: "probabilities: none negative, some above 0")
    }
    let exact = weights.map { Double($0) / sum * 16384 }
    var values = exact.map { Int16($0.rounded(.down)) }
    let rest = 16384 - values.reduce(0) { $0 + Int($1) }
    let order = exact.indices.sorted { left, right in
      let (a, b) = (exact[left] - exact[left].rounded(.down), exact[right] - exact[right].rounded(.down))
      return a == b ? left < right : a > b
    }
    for index in order.prefix(rest) { values[index] += 1 }
    return values
  }

  /// Numbers as output codes with 8 fraction bits, clamped to what the exported model can say.
  package static func codes(_ numbers: [Float], scale: Float, zeroPoint: Int) -> [Int16] {
    numbers.map { number in
      let code = (Double(number) / Double(scale) + Double(zeroPoint)) * 256
      return Int16(min(max(code.rounded(.toNearestOrAwayFromZero), -32768), 32767))
    }
  }
}
