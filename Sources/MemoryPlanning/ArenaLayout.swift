// Invariants (`verify`)
//   - Two buffers alive at one operation do not overlap, except that a chain's output may follow its input's last reads.
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
  /// Chains that run row by row, for which the places are made.
  package let streams: [RowStream]

  package init(placements: [Placement], lowerBoundBytes: Int, streams: [RowStream]) {
    self.placements = placements
    self.lowerBoundBytes = lowerBoundBytes
    self.streams = streams
    bytes = Self.height(placements)
  }

  /// Lays the buffers out first fit, in the best of several orders: outward from the moment of the peak, by size, by
  /// lifetime. Outward from the peak reaches the lower bound of most models
  /// (Documentation/models.md says by how much the others miss it). Deterministic.
  package init(_ liveness: Liveness) {
    let candidates = Self.orders(liveness).map { Self.place($0, liveness.overlays) }
    let first = candidates.min { Self.height($0) < Self.height($1) } ?? []
    let best = Self.lowered(first, liveness)
    self.init(placements: best, lowerBoundBytes: liveness.lowerBoundBytes, streams: liveness.streams)
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

  /// Rounds of `lowered`: 40 sufficed for every model measured.
  private static let rounds = 200

  /// Places what sticks out at the top first and the rest as before, until the bound is reached or the rounds are over.
  private static func lowered(_ placements: [Placement], _ liveness: Liveness) -> [Placement] {
    var (best, current) = (placements, placements)
    for _ in 0..<rounds where height(best) > liveness.lowerBoundBytes {
      let top = height(current)
      guard let highest = current.firstIndex(where: { $0.range.upperBound == top }) else { break }
      var order = current.map(\.buffer)
      order.insert(order.remove(at: highest), at: 0)
      current = place(order, liveness.overlays)
      if height(current) < height(best) { best = current }
    }
    return best
  }

  /// First fit at the lowest gap that holds the buffer, in the order given.
  private static func place(_ order: [Buffer], _ overlays: [Liveness.Overlay]) -> [Placement] {
    var placed: [Placement] = []
    for buffer in order {
      let neighbours = placed.filter { $0.buffer.lifetime.overlaps(buffer.lifetime) }
      let blocked = neighbours.map { $0.blocked(for: buffer, overlays) }.sorted { $0.begin < $1.begin }
      var offset = 0
      for gap in blocked where gap.end > offset {
        if gap.begin >= offset + buffer.alignedBytes { break }
        offset = gap.end
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

  /// The rows of a map that exist at once; nil where all do.
  package func band(of tensor: TensorID) -> RowStream.Map? {
    streams.lazy.flatMap(\.maps).first { $0.tensor == tensor && $0.isBand }
  }

  /// Offset of each operation's scratch, by position.
  package func scratchOffsets() -> [Int: Int] {
    var result: [Int: Int] = [:]
    for placement in placements {
      guard case .scratch(let operations) = placement.buffer.content else { continue }
      for operation in operations { result[operation] = placement.offset }
    }
    return result
  }
}

extension ArenaLayout.Placement {
  /// Where `other` may not lie because this lies here: `other` ends at or before `begin`, or begins at or behind `end`.
  fileprivate func blocked(for other: Buffer, _ overlays: [Liveness.Overlay]) -> (begin: Int, end: Int) {
    for overlay in overlays {
      if overlay.input == buffer, overlay.output == other {
        return (offset - overlay.lead + other.alignedBytes, range.upperBound)
      }
      if overlay.output == buffer, overlay.input == other {
        return (offset, offset + overlay.lead)
      }
    }
    return (offset, range.upperBound)
  }
}
