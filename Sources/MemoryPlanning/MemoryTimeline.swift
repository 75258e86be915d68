import GraphIR

/// The arena operation by operation: who is alive when, how many bytes that makes, and why.
package struct MemoryTimeline: Hashable, Sendable {
  /// A buffer with its place and its reason to be there.
  package struct Resident: Hashable, Sendable {
    /// Names of the tensors that share the bytes, or of the operation whose scratch it is.
    package let name: String
    /// As far as it exists at once.
    package let shape: [Int]
    package let bytes: Int
    package let offset: Int
    /// Positions in `Graph.operations`.
    package let lifetime: ClosedRange<Int>
    package let role: BufferRole
    /// What it is kept for, as a phrase: "for conv3's weight update".
    package let reason: String
  }

  package struct Moment: Hashable, Sendable {
    package let operation: String
    package let phase: Phase
    package let aliveBytes: Int
    /// Indices into `residents`.
    package let born: [Int]
    package let dying: [Int]
  }

  /// Operations that run row by row.
  package struct Chain: Hashable, Sendable {
    package let operations: ClosedRange<Int>
    /// Maps of which only some rows exist at once, as "first: 3 of 64 rows".
    package let bands: [String]
    /// Most bytes alive at one of the operations, now and if each ran over whole maps.
    package let aliveBytes: Int
    package let wholeBytes: Int
  }

  package let residents: [Resident]
  package let chains: [Chain]
  package let moments: [Moment]
  package let arenaBytes: Int
  package let lowerBoundBytes: Int

  package init(_ graph: Graph, _ layout: ArenaLayout) {
    let placements = layout.placements.sorted {
      ($0.buffer.lifetime.lowerBound, $0.offset, $0.buffer.bytes) < (
        $1.buffer.lifetime.lowerBound, $1.offset, $1.buffer.bytes
      )
    }
    residents = placements.map { Resident($0, graph, layout) }
    arenaBytes = layout.bytes
    lowerBoundBytes = layout.lowerBoundBytes
    let moments = graph.operations.enumerated().map { position, operation in
      let alive = placements.indices.filter { placements[$0].buffer.lifetime.contains(position) }
      return Moment(
        operation: operation.name, phase: operation.kind.phase,
        aliveBytes: Self.covered(alive.map { placements[$0].range }),
        born: alive.filter { placements[$0].buffer.lifetime.lowerBound == position },
        dying: alive.filter { placements[$0].buffer.lifetime.upperBound == position })
    }
    self.moments = moments
    let whole = layout.streams.isEmpty ? [] : Liveness(graph).bytesByOperation
    chains = layout.streams.map { stream in
      let bands = stream.maps.filter(\.isBand).map { "\(graph[$0.tensor].name): \($0.capacity) of \($0.rows) rows" }
      return Chain(
        operations: stream.operations, bands: bands,
        aliveBytes: moments[stream.operations].map(\.aliveBytes).max() ?? 0,
        wholeBytes: whole[stream.operations].max() ?? 0)
    }
  }

  /// Bytes that lie in at least one of the ranges: the output of a chain may follow its input's reads.
  private static func covered(_ ranges: [Range<Int>]) -> Int {
    var (bytes, end) = (0, 0)
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      bytes += max(0, range.upperBound - max(range.lowerBound, end))
      end = max(end, range.upperBound)
    }
    return bytes
  }

  /// The first operation at which the most bytes are alive.
  package var peak: Int {
    moments.indices.reduce(0) { moments[$1].aliveBytes > moments[$0].aliveBytes ? $1 : $0 }
  }

  /// Who is alive at an operation, largest first.
  package func residents(at position: Int) -> [Resident] {
    residents.filter { $0.lifetime.contains(position) }.sorted { ($1.bytes, $0.offset) < ($0.bytes, $1.offset) }
  }
}

extension MemoryTimeline.Resident {
  fileprivate init(_ placement: ArenaLayout.Placement, _ graph: Graph, _ layout: ArenaLayout) {
    let buffer = placement.buffer
    (bytes, offset, lifetime) = (buffer.bytes, placement.offset, buffer.lifetime)
    role = graph.role(of: buffer)
    switch buffer.content {
    case .scratch(let operations):
      let users = graph.operations[operations].filter { graph.scratchBytes(of: $0) > 0 }.map(\.name).joined(
        separator: ", ")
      name = "scratch of " + users
      shape = [buffer.bytes]
      reason = "for \(users)"
    case .tensors(let tensors):
      name = tensors.map { graph[$0].name }.joined(separator: " = ")
      let band = tensors.first.flatMap(layout.band)
      shape =
        band.map { [1, $0.capacity] + graph[$0.tensor].shape[2...] } ?? tensors.first.map { graph[$0].shape } ?? []
      reason =
        (band.map { "\($0.capacity) of \($0.rows) rows, " } ?? "")
        + graph.reason(toKeep: tensors, until: buffer.lifetime.upperBound)
    }
  }
}

extension Graph {
  /// What the last reader of some bytes wants with them.
  fileprivate func reason(toKeep tensors: [TensorID], until position: Int) -> String {
    let operation = operations[position]
    guard tensors.contains(where: operation.inputs.contains) else {
      return tensors.contains(output) ? "as the step's result" : "as the result of \(operation.name)"
    }
    guard let layer = operation.layer else { return "for \(operation.name)" }
    switch operation.kind.phase {
    case .forward: return "for \(operation.name)"
    case .update: return "for \(layers[layer].name)'s \(operation.kind.isBiasUpdate ? "bias" : "weight") update"
    case .backward:
      if case .maskError = operation.kind { return "for the clamp of \(layers[layer].name)" }
      return "for \(layers[layer].name)'s input gradient"
    }
  }
}

extension OperationKind {
  fileprivate var isBiasUpdate: Bool {
    if case .updateBias = self { true } else { false }
  }
}
