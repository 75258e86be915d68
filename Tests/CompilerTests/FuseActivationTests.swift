import Compiler
import GraphIR
import Interpreter
import Testing
import Transforms

@Suite struct FuseActivationTests {
  /// conv -> relu, with or without a change of format, -> dense.
  private func sample(sameFormat: Bool) -> Graph {
    var builder = GraphBuilder(input: [1, 6, 6, 4])
    let map = builder.conv("map", builder.input, outputs: 8, kernel: 3, clamp: Clamp(minimum: -100, maximum: 60))
    let relu = builder.relu("relu", map, clamp: Clamp(minimum: -20, maximum: 90), sameFormat: sameFormat)
    return builder.finish(builder.dense("head", relu, outputs: 5))
  }

  @Test func activationInTheFormatOfItsInput_becomesAClamp() throws {
    let graph = sample(sameFormat: true)
    let fused = graph.fusingActivations()
    try fused.verify()
    #expect(fused.operations.map(\.name) == ["map", "head", "softmax"])
    #expect(fused.operations[0].kind.weighting?.clamp == Clamp(minimum: -20, maximum: 60))
    let (before, after) = (try TrainingStepInterpreter(graph: graph), try TrainingStepInterpreter(graph: fused))
    for seed in 0..<20 {
      let input = (0..<144).map { Int8(truncatingIfNeeded: ($0 * 37 + seed * 11) * ($0 + 3)) }
      #expect(before.infer(input: input).output == after.infer(input: input).output)
    }
  }

  @Test func activationWithAFormatOfItsOwn_stays() {
    let graph = sample(sameFormat: false)
    #expect(graph.fusingActivations().operations.map(\.name) == graph.operations.map(\.name))
  }

  @Test func activationOfAMapThatOthersRead_stays() {
    var builder = GraphBuilder(input: [1, 6, 6, 4])
    let map = builder.conv("map", builder.input, outputs: 8, kernel: 3)
    let relu = builder.relu("relu", map, clamp: Clamp(minimum: -20), sameFormat: true)
    let graph = builder.finish(builder.dense("head", builder.add("sum", map, relu), outputs: 5))
    #expect(graph.fusingActivations().operations.map(\.name) == graph.operations.map(\.name))
  }
}
