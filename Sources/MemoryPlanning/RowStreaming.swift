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
  /// Shortest one.
  private let shortestChain: Int

  /// Takes the peak, streams the shortest chain that lowers it there, and goes on with the next peak. Stops at the
  /// first that no chain lowers, and gives up what did not lower the bound.
  ///
  /// - Parameters:
  ///   - graph: in schedule order.
  ///   - shortestChain: least number of operations of a chain.
  package init(_ graph: Graph, shortestChain: Int = 1) {
    self.shortestChain = shortestChain
    let lastUses = BufferSharing.lastUses(graph)
    let unstreamed = Liveness(graph).lowerBoundBytes
    var bound = unstreamed
    var next: RowStreaming? = self
    while let tried = next {
      let liveness = Liveness(graph, streams: tried.streams)
      let alive = liveness.bytesByOperation
      let most = alive.max() ?? 0
      if most < bound {
        bound = most
        streams = tried.streams
      }
      next = alive.firstIndex(of: most).flatMap { tried.cheapest(graph, liveness, lastUses, peak: $0, bytes: most) }
    }
    if unstreamed - bound < Self.leastSavedBytes { streams = [] }
    prune(graph, bound: bound)
  }

  /// The smallest arena of several minimum lengths. Short chains have the lowest bound, but where each one's output
  /// follows its input in the same bytes, one after the other climbs through the arena; longer ones leave that room.
  package static func layout(_ graph: Graph) -> ArenaLayout {
    var best = ArenaLayout(Liveness(graph, streams: RowStreaming(graph).streams))
    for length in 2...6 where best.bytes * 100 > best.lowerBoundBytes * 101 {
      let streams = RowStreaming(graph, shortestChain: length).streams
      let layout = ArenaLayout(Liveness(graph, streams: streams))
      if layout.bytes < best.bytes { best = layout }
    }
    return best
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
  private func cheapest(
    _ graph: Graph, _ liveness: Liveness, _ lastUses: [Int], peak: Int, bytes: Int
  ) -> RowStreaming? {
    for length in shortestChain...Self.longestChain {
      let chains = (max(0, peak - length + 1)...peak).map { $0...$0 + length - 1 }
      let candidates = chains.compactMap { adding($0, graph, liveness, lastUses, below: bytes) }
      if let best = candidates.min(by: { $0.bytes < $1.bytes }) { return best.streaming }
    }
    return nil
  }

  /// With one more chain, in place of those that it holds; nil where it cannot be run row by row or `bytes` or more are
  /// alive at it.
  private func adding(
    _ operations: ClosedRange<Int>, _ graph: Graph, _ liveness: Liveness, _ lastUses: [Int], below bytes: Int
  ) -> (streaming: RowStreaming, bytes: Int)? {
    guard operations.upperBound < graph.operations.count,
      let stream = RowStream(graph, operations, lastUses: lastUses), liveness.leastBytes(stream) < bytes
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

extension Liveness {
  /// At least so many bytes are alive while `stream` runs, if it is added to this: quick, for what is not worth more.
  fileprivate func leastBytes(_ stream: RowStream) -> Int {
    let bands = stream.maps.filter(\.isBand)
    let sizes = buffers.filter { $0.lifetime.overlaps(stream.operations) }.map { buffer in
      bands.first { buffer.holds($0.tensor) }.map { Buffer.aligned($0.bytes) } ?? buffer.alignedBytes
    }
    let saved = stream.overlay.flatMap { overlay in
      stream.maps.first { $0.tensor == overlay.output }.map { Buffer.aligned($0.bytes) - max(0, overlay.lead) }
    }
    return sizes.reduce(0, +) - max(0, saved ?? 0)
  }
}
