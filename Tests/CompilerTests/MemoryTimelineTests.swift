import Foundation
import GraphIR
import MemoryPlanning
import Testing
import UpdatePlanning

@Suite struct MemoryTimelineTests {
  private func timeline(_ graph: Graph, _ plan: UpdatePlan) throws -> (Graph, ArenaLayout, MemoryTimeline) {
    let training = try graph.training(plan)
    let layout = ArenaLayout(Liveness(training))
    return (training, layout, MemoryTimeline(training, layout))
  }

  @Test func moments_countTheBytesThatLivenessCounts() throws {
    let (graph, layout, timeline) = try timeline(.residualSample(), .full)
    #expect(timeline.moments.map(\.aliveBytes) == Liveness(graph).bytesByOperation)
    #expect(timeline.moments[timeline.peak].aliveBytes == layout.lowerBoundBytes)
    #expect(timeline.residents(at: timeline.peak).reduce(0) { $0 + ($1.bytes + 7) / 8 * 8 } == layout.lowerBoundBytes)
    #expect(timeline.moments.flatMap(\.born).count == timeline.residents.count)
    #expect(timeline.moments.flatMap(\.dying).count == timeline.residents.count)
  }

  @Test func residents_sayWhatTheyAreKeptFor() throws {
    let (_, _, timeline) = try timeline(.residualSample(), .full)
    func resident(_ name: String) throws -> MemoryTimeline.Resident {
      try #require(timeline.residents.first { $0.name.hasPrefix(name) })
    }
    #expect(try resident("block/spatial").role == .savedActivation)
    #expect(try resident("block/spatial").reason == "for block/project's weight update")
    #expect(try resident("stem/mask").role == .mask)
    #expect(try resident("stem/mask").reason == "for the clamp of stem")
    #expect(try resident("d_stem").role == .error)
    #expect(try resident("scratch of loss").role == .scratch)
  }

  @Test func updateMemory_addsUpToWhatStateAndArenaHold() throws {
    let (graph, layout, _) = try timeline(.residualSample(), .full)
    let memory = UpdateMemory(graph, layout)
    let state = StateLayout(graph)
    let tensors = (state.weights.tensors + state.biases.tensors + state.residuals.tensors).reduce(0) { $0 + graph[$1].byteCount }
    #expect(memory.weightBytes + memory.biasBytes + memory.residualBytes + memory.classifierBytes == tensors)
    #expect(memory.residualBytes == memory.weightBytes)
    #expect(memory.maskBytes + memory.otherMaskBytes == graph.tensors.filter { $0.element == .bit || $0.element == .uint8 }.reduce(0) { $0 + $1.byteCount })
  }

  /// One rectangle a buffer, each with its tooltip, and the same text every time.
  @Test func picture_showsEveryBuffer() throws {
    let (_, _, timeline) = try timeline(.residualSample(), .full)
    let svg = ArenaPicture(timeline, title: "a < b & c").svg
    #expect(svg == ArenaPicture(timeline, title: "a < b & c").svg)
    #expect(svg.contains("a &lt; b &amp; c"))
    for resident in timeline.residents { #expect(svg.contains("<title>\(resident.name)\n"), "\(resident.name)") }
    #expect(svg.components(separatedBy: "fill-opacity").count - 1 == timeline.residents.count)
  }
}
