// Invariants (`verify`)
//   - Two buffers alive at one operation do not overlap.
//   - Every buffer lies within `bytes` and begins at a multiple of `Buffer.alignment`.

import GraphIR

/// An offset for every buffer of a step.
package struct ArenaLayout: Hashable, Sendable {
  package struct Placement: Hashable, Sendable {
    package var buffer: Buffer
    package var offset: Int

    package var range: Range<Int> { offset..<offset + buffer.alignedBytes }
  }

  package let placements: [Placement]
  package let bytes: Int
  package let lowerBoundBytes: Int

  package init(placements: [Placement], lowerBoundBytes: Int) {
    self.placements = placements
    self.lowerBoundBytes = lowerBoundBytes
    bytes = placements.map(\.range.upperBound).max() ?? 0
  }

  /// Lays the buffers out: best of several greedy orders, then improved by moving the buffers that form the top to
  /// the front of the order. Deterministic.
  package init(_ liveness: Liveness) {
    let lowerBound = liveness.lowerBoundBytes
    var best: [Placement] = []
    var bestBytes = Int.max
    func consider(_ order: [Buffer]) {
      let placements = Self.place(order)
      let bytes = placements.map(\.range.upperBound).max() ?? 0
      if bytes < bestBytes { (best, bestBytes) = (placements, bytes) }
    }
    for order in Self.orders(liveness.buffers) { consider(order) }
    var attempts = 0
    while bestBytes > lowerBound, attempts < 400 {
      consider(Self.perturbed(best, attempt: attempts, top: bestBytes))
      attempts += 1
    }
    self.init(placements: best, lowerBoundBytes: lowerBound)
  }

  private static func orders(_ buffers: [Buffer]) -> [[Buffer]] {
    let keys: [(Buffer) -> [Int]] = [
      { [-$0.bytes, $0.lifetime.lowerBound] },
      { [-$0.bytes * $0.lifetime.count, $0.lifetime.lowerBound] },
      { [-$0.lifetime.count, -$0.bytes] },
      { [$0.lifetime.lowerBound, -$0.bytes] },
    ]
    return keys.map { key in
      buffers.enumerated().sorted { left, right in
        (key(left.element) + [left.offset]).lexicographicallyPrecedes(key(right.element) + [right.offset])
      }.map(\.element)
    }
  }

  /// The order of the best layout by offset, with one buffer at its top moved forward.
  private static func perturbed(_ placements: [Placement], attempt: Int, top: Int) -> [Buffer] {
    var order = placements
    let atTop = order.indices.filter { order[$0].range.upperBound == top }
    let chosen = atTop[attempt % atTop.count]
    let moved = order.remove(at: chosen)
    order.insert(moved, at: (attempt * 7) % max(1, chosen + 1))
    return order.map(\.buffer)
  }

  /// First fit at the lowest gap that holds the buffer, in the order given.
  private static func place(_ order: [Buffer]) -> [Placement] {
    var placed: [Placement] = []
    for buffer in order {
      let neighbours = placed.filter { $0.buffer.lifetime.overlaps(buffer.lifetime) }.sorted { $0.offset < $1.offset }
      var offset = 0
      for neighbour in neighbours where neighbour.range.upperBound > offset {
        if neighbour.offset >= offset + buffer.alignedBytes { break }
        offset = neighbour.range.upperBound
      }
      placed.append(Placement(buffer: buffer, offset: offset))
    }
    return placed
  }

  /// Offset of each tensor in the arena; tensors outside of it (input, constants, state) are absent.
  package func offsets() -> [TensorID: Int] {
    var result: [TensorID: Int] = [:]
    for placement in placements {
      guard case .tensors(let tensors) = placement.buffer.content else { continue }
      for tensor in tensors { result[tensor] = placement.offset }
    }
    return result
  }

  /// Offset of each operation's scratch, by position.
  package func scratchOffsets() -> [Int: Int] {
    var result: [Int: Int] = [:]
    for placement in placements {
      guard case .scratch(let operation) = placement.buffer.content else { continue }
      result[operation] = placement.offset
    }
    return result
  }
}
