/// How two operands are repeated to the shape of their result: the loops of an elementwise operation.
///
/// Shapes are aligned at their last dimension; an extent of 1, or one that is missing, is repeated. Neighbouring
/// dimensions that either operand treats alike are merged, so that equal shapes make one loop and a vector of channels
/// two.
package struct Broadcast: Hashable, Sendable {
  /// Loops that kernels have.
  package static let rank = 3

  /// Extents of the loops, outermost first; 1 where fewer are needed.
  package private(set) var extents: [Int]
  /// Elements from one turn of a loop to the next within each operand; 0 where it is repeated.
  package private(set) var aSteps: [Int]
  package private(set) var bSteps: [Int]

  /// Nil when the shapes do not make `output`, or need more than `rank` loops.
  package init?(_ a: [Int], _ b: [Int], output: [Int]) {
    guard a.count <= output.count, b.count <= output.count else { return nil }
    func aligned(_ shape: [Int]) -> [Int] { Array(repeating: 1, count: output.count - shape.count) + shape }
    (extents, aSteps, bSteps) = ([], [], [])
    for (extent, pair) in zip(output, zip(aligned(a), aligned(b))) {
      guard max(pair.0, pair.1) == extent, pair.0 == 1 || pair.0 == extent, pair.1 == 1 || pair.1 == extent else {
        return nil
      }
      guard extent > 1 else { continue }
      append(extent, aMoves: pair.0 > 1, bMoves: pair.1 > 1)
    }
    guard extents.count <= Self.rank else { return nil }
    let missing = Array(repeating: 1, count: Self.rank - extents.count)
    extents = missing + extents
    aSteps = missing.map { _ in 0 } + strides(of: aSteps)
    bSteps = missing.map { _ in 0 } + strides(of: bSteps)
  }

  /// Until all loops are known, steps are 1 where the operand moves.
  private mutating func append(_ extent: Int, aMoves: Bool, bMoves: Bool) {
    let (a, b) = (aMoves ? 1 : 0, bMoves ? 1 : 0)
    if let last = extents.indices.last, aSteps[last] == a, bSteps[last] == b {
      extents[last] *= extent
    } else {
      extents.append(extent)
      aSteps.append(a)
      bSteps.append(b)
    }
  }

  private func strides(of moves: [Int]) -> [Int] {
    var stride = 1
    return zip(extents.suffix(moves.count), moves).reversed().map { extent, moves -> Int in
      defer { if moves > 0 { stride *= extent } }
      return moves > 0 ? stride : 0
    }.reversed()
  }
}
