import GraphIR
import MemoryPlanning
import Testing
import UpdatePlanning

@Suite struct ArenaLayoutTests {
  /// Lifetimes of the dense net, side by side with what they should be.
  @Test func liveness_followsFirstAndLastUse() throws {
    let graph = try Graph.denseSample().training(.full)
    let lines = Liveness(graph).buffers.map { buffer in
      switch buffer.content {
      case .tensors(let tensors):
        "\(tensors.map { graph[$0].name }.joined(separator: " = ")): \(buffer.bytes) B, \(buffer.lifetime)"
      case .scratch(let operations):
        "scratch of \(graph.operations[operations].map(\.name).joined(separator: ", ")): \(buffer.bytes) B, \(buffer.lifetime)"
      }
    }
    #expect(
      lines == [
        "input: 8 B, 0...10",
        "hidden: 6 B, 0...7",
        "hidden/mask: 1 B, 1...9",
        "head/accumulators: 12 B, 2...5",
        "head: 3 B, 3...4",
        "softmax: 3 B, 4...12",
        "d_head/accumulators: 6 B, 5...8",
        "d_hidden@head = d_hidden/masked: 12 B, 6...11",
        "scratch of hidden: 40 B, 0...0",
        "scratch of head: 40 B, 2...2",
        "scratch of loss: 12 B, 5...5",
        "scratch of head/backward_input: 6 B, 6...6",
        "scratch of head/update_weights: 686 B, 7...7",
        "scratch of hidden/update_weights: 698 B, 10...10",
      ])
  }

  /// Only a first layer that learns reads the sample in the backward pass.
  @Test(arguments: [(UpdatePlan.none, 0), (.lastLayer, 0), (.full, 10)])
  func sample_isAliveToItsLastReader(plan: UpdatePlan, lastReader: Int) throws {
    let graph = try Graph.denseSample().training(plan)
    let buffer = try #require(Liveness(graph).buffers.first { $0.content == .tensors([graph.input]) })
    #expect(buffer.lifetime == 0...lastReader)
  }

  @Test(arguments: [UpdatePlan.none, .lastLayer, .biasOnly, .full])
  func layout_reachesTheLowerBoundOfTheResidualNet(plan: UpdatePlan) throws {
    let graph = try Graph.residualSample().training(plan)
    let layout = ArenaLayout(Liveness(graph))
    try layout.verify(graph)
    #expect(layout.bytes == layout.lowerBoundBytes)
  }

  @Test func verifier_findsEveryTensorMovedOntoAnother() throws {
    let graph = try Graph.residualSample().training(.full)
    let layout = ArenaLayout(Liveness(graph))
    var found = 0
    for moved in layout.placements.indices {
      for other in layout.placements.indices where other != moved {
        let (a, b) = (layout.placements[moved], layout.placements[other])
        guard a.buffer.lifetime.overlaps(b.buffer.lifetime), a.offset != b.offset else { continue }
        var placements = layout.placements
        placements[moved].offset = b.offset
        let broken = ArenaLayout(placements: placements, lowerBoundBytes: layout.lowerBoundBytes, streams: [])
        #expect(throws: GraphError.self) { try broken.verify(graph) }
        found += 1
      }
    }
    #expect(found > 200)
  }

  @Test func verifier_missesNoPlacement() throws {
    let graph = try Graph.residualSample().training(.full)
    let layout = ArenaLayout(Liveness(graph))
    for removed in layout.placements.indices {
      var placements = layout.placements
      placements.remove(at: removed)
      let broken = ArenaLayout(placements: placements, lowerBoundBytes: layout.lowerBoundBytes, streams: [])
      #expect(throws: GraphError.self) { try broken.verify(graph) }
    }
  }
}
