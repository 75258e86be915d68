/// A reduction over neighbouring dimensions, seen as (outer, count, inner) -> (outer, inner).
package struct Reduction: Hashable, Sendable {
  package let outer: Int
  package let count: Int
  package let inner: Int

  package init(shape: [Int], dimensions: Range<Int>) {
    outer = shape[..<dimensions.lowerBound].reduce(1, *)
    count = shape[dimensions].reduce(1, *)
    inner = shape[dimensions.upperBound...].reduce(1, *)
  }
}
