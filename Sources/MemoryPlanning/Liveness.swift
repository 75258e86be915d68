// Invariants
//   - A buffer is the unit of layout: one tensor, or several that share bytes (reshapes, operations in place).
//   - A buffer is alive from the operation that first writes it to the last that reads or writes it, both included.
//     The sample is there when the step begins: its buffer is alive from operation 0 to its last reader.
//   - Scratch of an operation is a buffer alive during that operation only.

import GraphIR

/// Bytes of the arena that belong together for a span of operations.
package struct Buffer: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// Tensors that share the bytes, in the order in which they are written.
    case tensors([TensorID])
    /// Scratch of the operation at this position.
    case scratch(operation: Int)
  }

  package var content: Content
  package var bytes: Int
  /// Positions in `Graph.operations`.
  package var lifetime: ClosedRange<Int>
}

/// Which bytes are alive when.
package struct Liveness: Hashable, Sendable {
  package let buffers: [Buffer]
  package let operationCount: Int

  /// - Parameter graph: a training graph or a forward graph, in schedule order.
  package init(_ graph: Graph) {
    operationCount = graph.operations.count
    let sharing = BufferSharing(graph)
    buffers = sharing.buffers() + Self.scratch(graph)
  }

  private static func scratch(_ graph: Graph) -> [Buffer] {
    graph.operations.indices.compactMap { position in
      let bytes = graph.scratchBytes(of: graph.operations[position])
      guard bytes > 0 else { return nil }
      return Buffer(content: .scratch(operation: position), bytes: bytes, lifetime: position...position)
    }
  }

  /// Bytes alive at each operation.
  package var bytesByOperation: [Int] {
    var result = Array(repeating: 0, count: operationCount)
    for buffer in buffers {
      for position in buffer.lifetime { result[position] += buffer.alignedBytes }
    }
    return result
  }

  /// The most bytes alive at one operation: no layout can need less.
  package var lowerBoundBytes: Int { bytesByOperation.max() ?? 0 }
}

extension Buffer {
  /// Kernels read and write whole words: every buffer begins at a multiple of 8.
  package static let alignment = 8
  package var alignedBytes: Int { (bytes + Self.alignment - 1) / Self.alignment * Self.alignment }
}
