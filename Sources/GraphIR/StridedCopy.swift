/// Where the elements of one tensor stand in another: the one motion behind padding, slices, transposes and their gradients.
///
/// target[targetStart + Σ index·targetStrides] = source[sourceStart + Σ index·sourceStrides], for every index within
/// `extents`. Strides and starts count elements.
///
/// Invariant: `extents` and both strides have `rank` entries; the last dimension varies fastest.
package struct StridedCopy: Hashable, Sendable {
  package static let rank = 4
  package private(set) var extents: [Int] = []
  package private(set) var sourceStrides: [Int] = []
  package private(set) var targetStrides: [Int] = []
  package private(set) var sourceStart: Int
  package private(set) var targetStart: Int

  private struct Dimension {
    var extent: Int
    var source: Int
    var target: Int
  }

  /// inner[q] = outer[begin + q·strides]. nil where more than `rank` dimensions remain.
  package static func slice(of outer: [Int], inner: [Int], begin: [Int], strides: [Int]) -> StridedCopy? {
    let (outerSteps, innerSteps) = (steps(outer), steps(inner))
    let dimensions = inner.indices.map {
      Dimension(extent: inner[$0], source: outerSteps[$0] * strides[$0], target: innerSteps[$0])
    }
    return StridedCopy(dimensions, sourceStart: zip(begin, outerSteps).reduce(0) { $0 + $1.0 * $1.1 })
  }

  /// Output dimension d is dimension permutation[d] of `shape`. nil where more than `rank` dimensions remain.
  package static func transpose(of shape: [Int], permutation: [Int]) -> StridedCopy? {
    let extents = permutation.map { shape[$0] }
    let (sourceSteps, targetSteps) = (steps(shape), steps(extents))
    return StridedCopy(
      extents.indices.map {
        Dimension(extent: extents[$0], source: sourceSteps[permutation[$0]], target: targetSteps[$0])
      }, sourceStart: 0)
  }

  /// Drops extents of 1 and joins neighbours that lie one behind the other on both sides.
  private init?(_ dimensions: [Dimension], sourceStart: Int) {
    self.sourceStart = sourceStart
    targetStart = 0
    var joined: [Dimension] = []
    for next in dimensions where next.extent != 1 {
      if let last = joined.last, last.source == next.extent * next.source, last.target == next.extent * next.target {
        joined[joined.count - 1] = Dimension(extent: last.extent * next.extent, source: next.source, target: next.target)
      } else {
        joined.append(next)
      }
    }
    guard joined.count <= Self.rank else { return nil }
    while joined.count < Self.rank { joined.insert(Dimension(extent: 1, source: 0, target: 0), at: 0) }
    extents = joined.map(\.extent)
    sourceStrides = joined.map(\.source)
    targetStrides = joined.map(\.target)
  }

  /// The way back: from target to source.
  package var reversed: StridedCopy {
    var copy = self
    (copy.sourceStrides, copy.targetStrides) = (targetStrides, sourceStrides)
    (copy.sourceStart, copy.targetStart) = (targetStart, sourceStart)
    return copy
  }

  /// Calls `body` with the two offsets of each element, in the order of `extents`.
  package func forEachElement(_ body: (_ source: Int, _ target: Int) -> Void) {
    for i in 0..<extents[0] {
      for j in 0..<extents[1] {
        for k in 0..<extents[2] {
          var source = sourceStart + i * sourceStrides[0] + j * sourceStrides[1] + k * sourceStrides[2]
          var target = targetStart + i * targetStrides[0] + j * targetStrides[1] + k * targetStrides[2]
          for _ in 0..<extents[3] {
            body(source, target)
            source += sourceStrides[3]
            target += targetStrides[3]
          }
        }
      }
    }
  }

  /// Elements from one index of each dimension to the next.
  private static func steps(_ shape: [Int]) -> [Int] {
    var result = Array(repeating: 1, count: shape.count)
    for dimension in shape.indices.dropLast().reversed() { result[dimension] = result[dimension + 1] * shape[dimension + 1] }
    return result
  }
}
