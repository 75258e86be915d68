import GraphIR
import MemoryPlanning
import Testing
import UpdatePlanning

@Suite struct RowStreamingTests {
  /// 16x16x4 -> expand to 32 -> depthwise 3x3 -> project to 4 -> mean -> dense 5.
  private func invertedBottleneck(stride: Int = 1) throws -> Graph {
    var builder = GraphBuilder(input: [1, 16, 16, 4])
    let expand = builder.conv("expand", builder.input, outputs: 32, kernel: 1)
    let spatial = builder.depthwise("spatial", expand, stride: stride)
    let project = builder.conv("project", spatial, outputs: 4, kernel: 1, clamp: Clamp())
    let forward = builder.finish(builder.dense("head", builder.mean("mean", project), outputs: 5))
    return try forward.training(.lastLayer)
  }

  private func stream(_ graph: Graph, _ operations: ClosedRange<Int>) throws -> RowStream {
    let lastUses = graph.tensors.indices.map { index in
      TensorID(index) == graph.output ? graph.operations.count : graph.consumers()[index].last ?? 0
    }
    return try #require(RowStream(graph, operations, lastUses: lastUses))
  }

  private func lines(_ graph: Graph, _ liveness: Liveness) -> [String] {
    liveness.buffers.compactMap { buffer in
      guard case .tensors(let tensors) = buffer.content, buffer.lifetime.lowerBound < 3 else { return nil }
      return "\(tensors.map { graph[$0].name }.joined(separator: " = ")): \(buffer.bytes) B, \(buffer.lifetime)"
    }
  }

  /// One buffer serves all operations of a chain.
  private func scratchBytes(_ graph: Graph, _ operations: ClosedRange<Int>) -> Int {
    Buffer.aligned(graph.operations[operations].map(graph.scratchBytes).max() ?? 0)
  }

  /// Lifetimes and bytes of a chain, side by side with what they should be: 64 B a row of the input, 512 of the wide maps.
  @Test func liveness_ofAChainHoldsBands() throws {
    let graph = try invertedBottleneck()
    let liveness = Liveness(graph, streams: [try stream(graph, 0...2)])
    #expect(
      lines(graph, liveness) == [
        "input: 1024 B, 0...2",
        "expand: 1536 B, 0...2",
        "spatial: 512 B, 0...2",
        "project: 1024 B, 0...3",
      ])
    // Row r of `project` needs rows up to r + 1 of the input: the 1024 B of both are the same ones.
    let bytes = 3072 + scratchBytes(graph, 0...2)
    #expect(Array(liveness.bytesByOperation[0...2]) == [bytes, bytes, bytes])
  }

  @Test func pass_streamsTheWideMapsAway() throws {
    let graph = try invertedBottleneck()
    let layout = ArenaLayout(Liveness(graph, streams: RowStreaming(graph).streams))
    #expect(layout.streams.map(\.operations) == [0...2])
    try layout.verify(graph)
    let bytes = 3072 + scratchBytes(graph, 0...2)
    #expect(layout.bytes == bytes)
    #expect(ArenaLayout(Liveness(graph)).bytes == 16384 + scratchBytes(graph, 1...1))
    #expect(MemoryTimeline(graph, layout).moments.map(\.aliveBytes).max() == bytes)
  }

  @Test func pass_leavesAloneWhatIsSmallOrHasNoChains() throws {
    #expect(RowStreaming(try Graph.denseSample().training(.full)).streams.isEmpty)
    #expect(RowStreaming(try Graph.residualSample().training(.lastLayer)).streams.isEmpty)
  }

  /// What a weight gradient reads later stays whole, so training the middle layer leaves only its output to stream.
  @Test func trainedLayers_keepTheirInputs() throws {
    var builder = GraphBuilder(input: [1, 16, 16, 4])
    let expand = builder.conv("expand", builder.input, outputs: 32, kernel: 1)
    let spatial = builder.depthwise("spatial", expand, stride: 1)
    let project = builder.conv("project", spatial, outputs: 4, kernel: 1)
    let graph = try builder.finish(builder.dense("head", builder.mean("mean", project), outputs: 5)).training(.full)
    let layout = ArenaLayout(Liveness(graph, streams: RowStreaming(graph).streams))
    try layout.verify(graph)
    for stream in layout.streams {
      for map in stream.maps where map.isBand {
        let readers = graph.consumers()[map.tensor.index]
        #expect(readers.allSatisfy(stream.operations.contains))
      }
    }
  }

  @Test func verifier_refusesBandsThatAreTooSmall() throws {
    for stride in 1...2 {
      let graph = try invertedBottleneck(stride: stride)
      let chain = try stream(graph, 0...2)
      for index in chain.maps.indices where chain.maps[index].isBand {
        var broken = chain
        broken.maps[index].capacity -= 1
        let layout = ArenaLayout(Liveness(graph, streams: [broken]))
        #expect(throws: GraphError.self) { try layout.verify(graph) }
      }
    }
  }

  /// Every buffer of a chain moved by 8 bytes into the next one, and onto any other.
  @Test func verifier_findsEveryBufferMovedOntoAnother() throws {
    let graph = try invertedBottleneck()
    let layout = ArenaLayout(Liveness(graph, streams: [try stream(graph, 0...2)]))
    try layout.verify(graph)
    let chain = layout.placements.indices.filter { layout.placements[$0].buffer.lifetime.lowerBound == 0 }
    let output = try #require(graph.id(named: "project"))
    var found = 0
    for moved in chain {
      for other in chain where other != moved {
        var placements = layout.placements
        placements[moved].offset = placements[other].offset
        let broken = ArenaLayout(placements: placements, lowerBoundBytes: 0, streams: layout.streams)
        guard broken != layout, placements[moved].range.overlaps(placements[other].range) else { continue }
        let isOverlay = [moved, other].contains { index in
          if case .tensors(let tensors) = placements[index].buffer.content { tensors.contains(output) } else { false }
        } && [moved, other].contains { index in
          if case .tensors(let tensors) = placements[index].buffer.content { tensors.contains(graph.input) } else { false }
        }
        guard !isOverlay else { continue }
        #expect(throws: GraphError.self) { try broken.verify(graph) }
        found += 1
      }
    }
    #expect(found >= 8)
  }

  /// The output may follow the input's reads, but not run ahead of them.
  @Test func verifier_refusesAnOutputAheadOfItsInput() throws {
    let graph = try invertedBottleneck()
    let layout = ArenaLayout(Liveness(graph, streams: [try stream(graph, 0...2)]))
    let output = try #require(graph.id(named: "project"))
    let moved = try #require(
      layout.placements.firstIndex { placement in
        if case .tensors(let tensors) = placement.buffer.content { tensors.contains(output) } else { false }
      })
    var refused = 0
    for step in 1...4 {
      var placements = layout.placements
      placements[moved].offset += 64 * step
      let broken = ArenaLayout(placements: placements, lowerBoundBytes: 0, streams: layout.streams)
      do { try broken.verify(graph) } catch is GraphError { refused += 1 }
    }
    #expect(refused >= 2)
  }
}
