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
    bytes = Self.height(placements)
  }

  /// Lays the buffers out first fit, in the best of several orders: outward from the moment of the peak, by size, by
  /// lifetime. Outward from the peak reached the lower bound for every model measured. Deterministic.
  package init(_ liveness: Liveness) {
    let candidates = Self.orders(liveness).map(Self.place)
    let best = candidates.min { Self.height($0) < Self.height($1) } ?? []
    self.init(placements: best, lowerBoundBytes: liveness.lowerBoundBytes)
  }

  private static func height(_ placements: [Placement]) -> Int {
    placements.map(\.range.upperBound).max() ?? 0
  }

  private static func orders(_ liveness: Liveness) -> [[Buffer]] {
    let (buffers, alive) = (liveness.buffers, liveness.bytesByOperation)
    let peak = alive.indices.max { alive[$0] < alive[$1] } ?? 0
    func away(_ buffer: Buffer) -> Int {
      max(0, buffer.lifetime.lowerBound - peak, peak - buffer.lifetime.upperBound)
    }
    let keys: [(Buffer) -> [Int]] = [
      { [away($0), -$0.lifetime.count, -$0.bytes] },
      { [away($0), $0.lifetime.lowerBound, -$0.bytes] },
      { [away($0), -$0.lifetime.upperBound, -$0.bytes] },
      { [away($0), -$0.bytes] },
      { [away($0) == 0 ? 0 : 1, -$0.lifetime.count, -$0.bytes] },
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

  /// Offset of each tensor in the arena; tensors outside of it (constants, state) are absent.
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
