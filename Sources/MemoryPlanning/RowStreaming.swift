import GraphIR

/// Chooses the chains that run row by row: as few and as short as lower the most bytes alive at once, none where that
/// cannot be lowered.
package struct RowStreaming: Hashable, Sendable {
  /// In schedule order; they do not overlap.
  package private(set) var streams: [RowStream] = []

  /// What streaming has to save at least to be worth its code.
  private static let leastSavedBytes = 4096
  /// Longest chain that is tried.
  private static let longestChain = 12

  /// Takes the peak, streams the shortest chain that lowers it there, and goes on with the next peak. Stops at the
  /// first that no chain lowers, and gives up what did not lower the bound.
  ///
  /// - Parameter graph: in schedule order.
  package init(_ graph: Graph) {
    let lastUses = BufferSharing.lastUses(graph)
    let unstreamed = Liveness(graph).lowerBoundBytes
    var bound = unstreamed
    var next: RowStreaming? = self
    while let tried = next {
      let alive = Liveness(graph, streams: tried.streams).bytesByOperation
      let most = alive.max() ?? 0
      if most < bound {
        bound = most
        self = tried
      }
      next = alive.firstIndex(of: most).flatMap { tried.cheapest(graph, lastUses, peak: $0, bytes: most) }
    }
    if unstreamed - bound < Self.leastSavedBytes { streams = [] }
    prune(graph, bound: bound)
  }

  /// Gives up chains that later ones made needless.
  private mutating func prune(_ graph: Graph, bound: Int) {
    for stream in streams {
      let others = streams.filter { $0 != stream }
      guard Liveness(graph, streams: others).lowerBoundBytes <= bound else { continue }
      streams = others
    }
  }

  /// With the shortest chain over `peak` at which fewer than `bytes` are alive, of those with the fewest bytes.
  private func cheapest(_ graph: Graph, _ lastUses: [Int], peak: Int, bytes: Int) -> RowStreaming? {
    for length in 1...Self.longestChain {
      let chains = (max(0, peak - length + 1)...peak).map { $0...$0 + length - 1 }
      let candidates = chains.compactMap { adding($0, graph, lastUses, below: bytes) }
      if let best = candidates.min(by: { $0.bytes < $1.bytes }) { return best.streaming }
    }
    return nil
  }

  /// With one more chain, in place of those that it holds; nil where it cannot be run row by row or `bytes` or more are
  /// alive at it.
  private func adding(
    _ operations: ClosedRange<Int>, _ graph: Graph, _ lastUses: [Int], below bytes: Int
  ) -> (streaming: RowStreaming, bytes: Int)? {
    guard operations.upperBound < graph.operations.count,
      let stream = RowStream(graph, operations, lastUses: lastUses)
    else { return nil }
    let replaced = streams.filter { $0.operations.overlaps(operations) }
    guard replaced.allSatisfy({ $0.operations.clamped(to: operations) == $0.operations }) else { return nil }
    var result = self
    result.streams.removeAll { replaced.contains($0) }
    result.streams.append(stream)
    result.streams.sort { $0.operations.lowerBound < $1.operations.lowerBound }
    let alive = Liveness(graph, streams: result.streams).bytesByOperation[operations].max() ?? 0
    guard alive < bytes else { return nil }
    return (result, alive)
  }
}
