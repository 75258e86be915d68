import CodegenC
import ArtifactManifest
import GraphIR
import Interpreter
import MemoryPlanning
import Testing
import UpdatePlanning

/// Models that are legal and unusual.
@Suite struct CornerCaseTests {
  @Test func poolWithAnActivation_masksItsError() throws {
    var builder = GraphBuilder(input: [1, 4, 4, 2])
    let stem = builder.conv("stem", builder.input, outputs: 4, kernel: 3)
    let pool = builder.averagePool("pool", stem, clamp: Clamp(minimum: -20, maximum: 10))
    let graph = try builder.finish(builder.dense("head", pool, outputs: 3)).training(.full)
    #expect(graph.operations.contains { $0.name == "pool/mask" })
  }

  @Test(arguments: [(1, true), (2, true), (4, false)])
  func padding_isFoldedWhereEveryWindowTouchesTheMap(margin: Int, isFolded: Bool) throws {
    var builder = GraphBuilder(input: [1, 6, 6, 2])
    let padded = builder.pad("pad", builder.input, margin: margin)
    let conv = builder.validConv("conv", padded, outputs: 4)
    let graph = try builder.finish(builder.dense("head", builder.mean("mean", conv), outputs: 3)).training(.full)
    let pads = graph.count { if case .pad = $0 { true } else { false } }
    #expect((pads == 0) == isFolded)
  }

  @Test func deadLayer_doesNotTakeTheClassifiersPlace() throws {
    var builder = GraphBuilder(input: [1, 8])
    let hidden = builder.dense("hidden", builder.input, outputs: 6)
    let head = builder.dense("head", hidden, outputs: 3)
    _ = builder.dense("unused", hidden, outputs: 3)
    let graph = try builder.finish(head).training(.lastLayer)
    #expect(graph.operations.contains { $0.name == "head/update_weights" })
    #expect(graph.layers.map(\.name) == ["hidden", "head"])
  }

  /// 65,536 cells: the ratios of an average's gradient leave int32 on the way.
  @Test func meanOverALargeMap_trains() throws {
    var builder = GraphBuilder(input: [1, 256, 256, 1])
    let stem = builder.conv("stem", builder.input, outputs: 2, kernel: 1)
    let graph = try builder.finish(builder.dense("head", builder.mean("mean", stem), outputs: 2)).training(.full)
    let step = try TrainingStepInterpreter(graph: graph)
    let codes = (0..<65_536).map { Int8(truncatingIfNeeded: $0 &* 7) }
    let outcome = step.train(input: codes, target: .init(label: 1), update: StepUpdate(rate: StepRate(mantissa: 1 << 30, shift: 36)))
    #expect(outcome.lossQ16 > 0)
  }

  /// Names from a file may be anything; in C they must neither clash nor end a comment.
  @Test(arguments: ["input", "arena", "t", "bool", "NULL", "int8_t", "*/ x", "a/*b", "ä ö", "", "7", "memcpy"])
  func hostileName_makesHarmlessC(name: String) throws {
    var forward = Graph.denseSample()
    for index in forward.tensors.indices where index != 0 { forward.tensors[index].name = name }
    for index in forward.operations.indices { forward.operations[index].name = name }
    let graph = try forward.training(.lastLayer)
    let zero = HexDigest(0)
    var emitter = TrainingStepEmitter(
      graph: graph, layout: ArenaLayout(Liveness(graph)),
      hashes: .init(model: zero, plan: zero, semantics: zero, layout: zero))
    for source in emitter.emit() {
      #expect(source.text.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
      let opened = source.text.ranges(of: "/*").count
      #expect(opened == source.text.ranges(of: "*/").count)
    }
  }
}
