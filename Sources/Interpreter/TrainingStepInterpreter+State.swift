import GraphIR

/// Training state of the wrong size.
package struct StateError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
}

/// The training state as bytes: what digests cover and checkpoints copy.
///
/// Segments in digest order: header, ranges, biases, weights, residuals, velocities,
/// counters (SEMANTICS.md, "Training state").
extension TrainingStepInterpreter {
  /// Bytes of each segment.
  package var segmentByteCounts: [Int] {
    [
      StateLayout.headerBytes, layout.rangesBytes, layout.biases.bytes, layout.weights.bytes, layout.residuals.bytes,
      layout.velocities.bytes, layout.countersBytes,
    ]
  }

  package func segmentBytes() -> [[UInt8]] {
    segmentByteCounts.indices.map(segmentBytes)
  }

  /// One segment, little endian, gaps zero.
  package func segmentBytes(_ index: Int) -> [UInt8] {
    switch index {
    case 0: littleEndian([step, seed])
    case 1:
      littleEndian(context.ranges.flatMap { [$0.exponent, $0.held, $0.observed] })
    case 2: bytes(of: layout.biases)
    case 3: bytes(of: layout.weights)
    case 4: bytes(of: layout.residuals)
    case 5: bytes(of: layout.velocities)
    case 6: littleEndian(counters.flatMap { [$0.saturated, $0.unchanged] })
    default: preconditionFailure("segment \(index), expected 0..<7")
    }
  }

  /// Replaces the whole training state.
  /// - Throws: `StateError` when a segment is missing or has another size; the state is then as before.
  package func loadSegments(_ segments: [[UInt8]]) throws {
    guard segments.map(\.count) == segmentByteCounts else {
      throw StateError(
        description: "training state of '\(graph.name)': found segments of \(segments.map(\.count)) B, "
          + "expected \(segmentByteCounts): the state belongs to another model or plan")
    }
    for (index, bytes) in segments.enumerated() { load(segment: index, bytes) }
  }

  /// Replaces one segment, whose size the caller has checked.
  package func load(segment index: Int, _ bytes: [UInt8]) {
    precondition(bytes.count == segmentByteCounts[index], "segment \(index): \(bytes.count) B")
    switch index {
    case 0:
      let words = words(bytes)
      (step, seed) = (words[0], words[1])
    case 1:
      let words = words(bytes).map { Int32(bitPattern: $0) }
      context.ranges = stride(from: 0, to: words.count, by: 3).map {
        ErrorRangeState(exponent: words[$0], held: words[$0 + 1], observed: words[$0 + 2])
      }
    case 2: load(bytes, layout.biases)
    case 3: load(bytes, layout.weights)
    case 4: load(bytes, layout.residuals)
    case 5: load(bytes, layout.velocities)
    case 6:
      let words = words(bytes)
      func number(_ index: Int) -> UInt64 { UInt64(words[index]) | UInt64(words[index + 1]) << 32 }
      counters = stride(from: 0, to: words.count, by: 4).map {
        UpdateCounts(saturated: number($0), unchanged: number($0 + 2))
      }
    default: preconditionFailure("segment \(index), expected 0..<7")
    }
  }

  /// The ranges as they stand, in the order of `Graph.errorRanges`.
  package var ranges: [ErrorRangeState] {
    get { context.ranges }
    set {
      precondition(newValue.count == graph.errorRanges.count, "\(newValue.count) ranges")
      context.ranges = newValue
    }
  }

  private func bytes(of segment: StateLayout.Segment) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: segment.bytes)
    for (id, offset) in zip(segment.tensors, segment.offsets) {
      result.replaceSubrange(offset..<offset + graph[id].byteCount, with: bytes(of: id))
    }
    return result
  }

  private func load(_ bytes: [UInt8], _ segment: StateLayout.Segment) {
    for (id, offset) in zip(segment.tensors, segment.offsets) {
      memory.write(bytes[offset..<offset + graph[id].byteCount], to: id)
    }
  }

  private func littleEndian<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
    values.flatMap { value in (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> T($0 * 8)) } }
  }

  private func words(_ bytes: [UInt8]) -> [UInt32] {
    stride(from: 0, to: bytes.count, by: 4).map { first in
      (0..<4).reduce(0) { $0 | UInt32(bytes[first + $1]) << UInt32($1 * 8) }
    }
  }
}
