// Invariants
//   - A buffer is the unit of layout: one tensor, or several that share bytes (reshapes, operations in place).
//   - A buffer is alive from the operation that first writes it to the last that reads or writes it, both included.
//     The sample is there when the step begins: its buffer is alive from operation 0 to its last reader.
//   - A chain that is run row by row (`RowStream`) is one moment: what is alive at one of its operations is alive at all.
//   - Scratch of an operation is a buffer alive during that operation only; the operations of a chain share one.

import GraphIR

/// Bytes of the arena that belong together for a span of operations.
package struct Buffer: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// Tensors that share the bytes, in the order in which they are written.
    case tensors([TensorID])
    /// Scratch of the operation at this position, or of those of a chain.
    case scratch(operations: ClosedRange<Int>)
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
  package let streams: [RowStream]
  package let overlays: [Overlay]

  /// Two buffers that may share bytes although they are alive at once: offset(input) >= offset(output) + lead.
  package struct Overlay: Hashable, Sendable {
    package let input: Buffer
    package let output: Buffer
    package let lead: Int

    /// Bytes that both need together.
    var unionBytes: Int { max(input.alignedBytes + max(lead, 0), output.alignedBytes) }
    var savedBytes: Int { max(0, input.alignedBytes + output.alignedBytes - unionBytes) }
  }

  /// - Parameters:
  ///   - graph: a training graph or a forward graph, in schedule order.
  ///   - streams: chains of its operations that are run row by row, in schedule order.
  package init(_ graph: Graph, streams: [RowStream] = []) {
    operationCount = graph.operations.count
    self.streams = streams
    let values = BufferSharing(graph, streams).buffers()
    buffers = values + Self.scratch(graph, streams)
    overlays = streams.compactMap { Self.overlay($0, values) }
  }

  /// nil where the input's bytes are needed after the chain, under whatever name.
  private static func overlay(_ stream: RowStream, _ buffers: [Buffer]) -> Overlay? {
    guard let overlay = stream.overlay, let input = buffers.first(where: { $0.holds(overlay.input) }),
      let output = buffers.first(where: { $0.holds(overlay.output) }), input != output,
      input.lifetime.upperBound == stream.operations.upperBound,
      output.lifetime.lowerBound == stream.operations.lowerBound
    else { return nil }
    return Overlay(input: input, output: output, lead: Buffer.aligned(overlay.lead))
  }

  private static func scratch(_ graph: Graph, _ streams: [RowStream]) -> [Buffer] {
    let chains = streams.map(\.operations)
    let alone = graph.operations.indices.filter { position in !chains.contains { $0.contains(position) } }
    return (alone.map { $0...$0 } + chains).compactMap { positions in
      let bytes = graph.operations[positions].map(graph.scratchBytes).max() ?? 0
      return bytes > 0 ? Buffer(content: .scratch(operations: positions), bytes: bytes, lifetime: positions) : nil
    }
  }

  /// Bytes alive at each operation.
  package var bytesByOperation: [Int] {
    var result = Array(repeating: 0, count: operationCount)
    for buffer in buffers {
      for position in buffer.lifetime { result[position] += buffer.alignedBytes }
    }
    for overlay in overlays {
      for position in overlay.output.lifetime.lowerBound...overlay.input.lifetime.upperBound {
        result[position] -= overlay.savedBytes
      }
    }
    return result
  }

  /// The most bytes alive at one operation: no layout can need less.
  package var lowerBoundBytes: Int { bytesByOperation.max() ?? 0 }
}

extension Buffer {
  /// Kernels read and write whole words: every buffer begins at a multiple of 8.
  package static let alignment = 8
  package var alignedBytes: Int { Self.aligned(bytes) }

  /// The next multiple of the alignment.
  package static func aligned(_ bytes: Int) -> Int {
    let rest = ((bytes % alignment) + alignment) % alignment
    return rest == 0 ? bytes : bytes + alignment - rest
  }

  func holds(_ tensor: TensorID) -> Bool {
    switch content {
    case .tensors(let tensors): tensors.contains(tensor)
    case .scratch: false
    }
  }
}
