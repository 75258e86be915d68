import Compiler
import Foundation
import GraphIR
import Interpreter
import Testing
import UpdatePlanning

@Suite struct UpdatePlanTests {
  private func resolve(_ json: String) throws -> String {
    let graph = Graph.residualSample()
    let plan = try SparsePlan(json: Data(json.utf8), fileName: "plan.json")
    return try ResolvedUpdatePlan(.sparse(plan), for: graph).text(for: graph)
  }

  @Test func plan_resolvesLayersByIndexAndName() throws {
    let text = try resolve(
      """
      {"schema": 1, "biases": {"last": 2}, "weights": [{"layer": 1, "ratio": 0.25}, {"layer": "block/project"}]}
      """)
    #expect(
      text == """
        1 block/spatial: bias 1 weights 2/8
        2 block/project: bias 1 weights 8/8
        3 head: bias 1 weights 8/8
        """)
  }

  @Test func plan_saysHowParametersTakeTheirSteps() throws {
    #expect(
      try resolve(#"{"schema": 1, "storage": "stochastic"}"#) == "3 head: bias 1 weights 8/8\nstorage stochastic")
    #expect(
      try resolve(#"{"schema": 1, "storage": "residual", "velocity": true}"#)
        == "3 head: bias 1 weights 8/8\nvelocity")
    #expect(try resolve(#"{"schema": 1, "velocity": false}"#) == "3 head: bias 1 weights 8/8")
  }

  /// Options of the command line stand in place of the plan file's words.
  @Test func options_overrideThePlan() throws {
    let plan = try SparsePlan(json: Data(#"{"schema": 1, "storage": "stochastic"}"#.utf8), fileName: "plan.json")
    let resolved = try ResolvedUpdatePlan(
      .sparse(plan), for: .residualSample(), storage: .residual, velocity: true, scaling: .none)
    #expect(resolved.rule == UpdateRule(storage: .residual, hasVelocity: true, scaling: .none))
  }

  @Test(arguments: [
    UpdateRule(), UpdateRule(hasVelocity: true), UpdateRule(storage: .stochastic), UpdateRule(storage: .nearest),
  ])
  func rule_takesTheBytesItSays(rule: UpdateRule) throws {
    var options = CompileOptions.unlimited(.lastLayer)
    (options.storage, options.velocity) = (rule.storage, rule.hasVelocity)
    let graph = try Pipeline.trainingGraph(.denseSample(), options: options).graph
    let state = StateLayout(graph)
    #expect(state.residuals.bytes == (rule.storage == .residual ? state.weights.bytes : 0))
    let trained = (state.weights.tensors + state.biases.tensors).map { (4 * graph[$0].elementCount + 7) / 8 * 8 }
    #expect(state.velocities.bytes == (rule.hasVelocity ? trained.reduce(0, +) : 0))
    #expect(state.countersBytes == 16)
  }

  @Test func plan_mayLeaveTheClassifierAlone() throws {
    #expect(try resolve(#"{"schema": 1, "classifier": false, "biases": [0]}"#) == "0 stem: bias 1 weights 0/4")
  }

  @Test(arguments: [
    ("{", "plan.json: "),
    (#"{"biases": {"last": 1}}"#, "plan.json: the plan: found no 'schema', expected one"),
    (#"{"schema": 2}"#, "plan.json: schema: found 2, expected 1"),
    (#"{"schema": 1, "biases": {"last": 9}}"#, "biases.last: found 9, expected 0 to 3, the layers before the classifier"),
    (#"{"schema": 1, "biases": [7]}"#, "layer 7: the model has no such layer; it has 4, counted from 0"),
    (#"{"schema": 1, "biases": [-1]}"#, "layer -1: the model has no such layer; it has 4, counted from 0"),
    (
      #"{"schema": 1, "weights": [{"layer": "x"}]}"#,
      "layer 'x': the model has no such layer; its layers are 'stem', 'block/spatial', 'block/project', 'head'"
    ),
    (#"{"schema": 1, "wieghts": []}"#, "plan.json: the plan: found the key 'wieghts', expected one of schema, biases"),
    (
      #"{"schema": 1, "weights": [{"layer": 0, "rato": 1}]}"#,
      "plan.json: weights.[0]: found the key 'rato', expected one of layer, ratio"
    ),
    (
      #"{"schema": 1, "weights": [{"layer": 0, "channels": "loudest"}]}"#,
      "plan.json: weights.[0].channels: found 'loudest', expected first or largest-norm"
    ),
    (
      #"{"schema": 1, "storage": "int8"}"#,
      "plan.json: storage: found 'int8', expected residual or stochastic or nearest"
    ),
    (
      #"{"schema": 1, "storage": "nearest", "velocity": true}"#,
      "velocity: found with storage 'nearest', expected storage 'residual'"
    ),
    (#"{"schema": 1, "weights": [{"layer": 0}, {"layer": "stem"}]}"#, "weights of layer 'stem': listed twice, expected once"),
    (
      #"{"schema": 1, "weights": [{"layer": 0, "ratio": 0}]}"#,
      "weights of layer 0: ratio: found 0.0, expected more than 0 and at most 1"
    ),
    (
      #"{"schema": 1, "weights": [{"layer": 0, "ratio": 1.5}]}"#,
      "weights of layer 0: ratio: found 1.5, expected more than 0 and at most 1"
    ),
  ]) func badPlan_getsASentence(json: String, sentence: String) {
    let error = #expect(throws: UpdatePlanError.self) { _ = try resolve(json) }
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func trainedPlane_holdsTheFirstChannelsOfEveryRow() throws {
    let graph = Graph.residualSample()
    let sparse = try SparsePlan(
      json: Data(#"{"schema": 1, "weights": [{"layer": 2, "ratio": 0.375}]}"#.utf8), fileName: "plan.json")
    let applied = graph.applying(try ResolvedUpdatePlan(.sparse(sparse), for: graph))
    try applied.verify()
    func bytes(_ graph: Graph, _ name: String) throws -> [UInt8] {
      let id = try #require(graph.id(named: name))
      return Array(try #require(graph.bytes(of: id)))
    }
    let whole = try bytes(graph, "block/project/w")
    let rows = stride(from: 0, to: 64, by: 8)
    let expectedTrained: [UInt8] = rows.flatMap { whole[$0..<$0 + 3] }
    let expectedFrozen: [UInt8] = rows.flatMap { whole[$0 + 3..<$0 + 8] }
    #expect(try bytes(applied, "block/project/w") == expectedTrained)
    #expect(try bytes(applied, "block/project/w/frozen") == expectedFrozen)
  }

  // MARK: Channels of the largest norm

  private static let chosen = #"""
    {"schema": 1, "biases": {"last": 3}, "weights": [
      {"layer": 1, "ratio": 0.4, "channels": "largest-norm"}, {"layer": 2, "ratio": 0.375, "channels": "largest-norm"}]}
    """#

  private func plan(_ json: String) throws -> UpdatePlan {
    .sparse(try SparsePlan(json: Data(json.utf8), fileName: "plan.json"))
  }

  /// The channels chosen have the largest norms, and each plane row holds their codes in order.
  @Test func largestNorm_choosesTheHeaviestInputs() throws {
    let graph = Graph.residualSample()
    let resolved = try ResolvedUpdatePlan(try plan(Self.chosen), for: graph)
    let operation = try #require(graph.operations.first { $0.name == "block/project" })
    let weighting = try #require(operation.kind.weighting)
    let codes = Array(try #require(graph.bytes(of: operation.inputs[1]))).map { Int8(bitPattern: $0) }
    let norms = (0..<8).map { input in
      stride(from: input, to: codes.count, by: 8).reduce(0.0) { sum, index in
        let weight = Double(codes[index]) * weighting.weightScale(index / 8)
        return sum + weight * weight
      }
    }
    let chosen = resolved.layers[2].chosenChannels
    #expect(chosen.count == 3 && chosen == chosen.sorted())
    let least = chosen.map { norms[$0] }.min() ?? 0
    #expect((0..<8).allSatisfy { chosen.contains($0) || norms[$0] <= least })
    let applied = graph.applying(resolved)
    try applied.verify()
    let plane = try #require(applied.id(named: "block/project/w"))
    let expected = stride(from: 0, to: codes.count, by: 8).flatMap { row in chosen.map { UInt8(bitPattern: codes[row + $0]) } }
    #expect(applied.bytes(of: plane).map(Array.init) == expected)
    #expect(applied.layers[2].channelOrder?.prefix(3) == chosen[...])
  }

  /// A convolution reads a copy of its input; a depthwise layer also hands its output back in the old order.
  @Test func largestNorm_leavesTheForwardCodesAlone() throws {
    let graph = Graph.residualSample()
    let plain = try TrainingStepInterpreter(graph: graph.training(.none))
    let trained = try TrainingStepInterpreter(graph: graph.training(try plan(Self.chosen)))
    #expect(trained.graph.count { if case .selectChannels = $0 { true } else { false } } == 5)
    var random: UInt32 = 7
    for _ in 0..<10 {
      let input = (0..<plain.inputCount).map { _ -> Int8 in
        random = random &* 1_664_525 &+ 1_013_904_223
        return Int8(truncatingIfNeeded: random >> 24)
      }
      #expect(plain.infer(input: input).output == trained.infer(input: input).output)
    }
  }

  /// Training with channels in another order equals training with all channels, as far as those channels go.
  @Test func largestNorm_trainsTheChosenChannelsAsTheWholeLayerWould() throws {
    let graph = Graph.residualSample()
    let whole = #"{"schema": 1, "biases": {"last": 3}, "weights": [{"layer": 1}, {"layer": 2}]}"#
    let all = try step(graph.training(try plan(whole)))
    let some = try step(graph.training(try plan(Self.chosen)))
    for layer in 1...2 {
      let order = try #require(some.graph.layers[layer].channelOrder)
      let name = graph.layers[layer].name + "/w"
      let (plane, row) = (try #require(some.graph.id(named: name)), order.count)
      let count = some.graph[plane].shape.last ?? 1
      let found = some.codes(of: plane)
      let expected = all.codes(of: try #require(all.graph.id(named: name)))
      for index in found.indices { #expect(found[index] == expected[index / count * row + order[index % count]]) }
    }
  }

  private func step(_ graph: Graph) throws -> TrainingStepInterpreter {
    let interpreter = try TrainingStepInterpreter(graph: graph)
    interpreter.reset(seed: 1)
    let input = (0..<interpreter.inputCount).map { Int8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    _ = interpreter.train(input: input, target: .init(label: 2), update: StepUpdate(rate: StepRate(mantissa: 1 << 30, shift: 33)))
    return interpreter
  }

  // MARK: What is kept

  /// A partial update reads a copy of its channels, and the whole input is not read behind the loss.
  @Test func partialUpdate_keepsItsChannelsOnly() throws {
    let partial = #"{"schema": 1, "weights": [{"layer": 2, "ratio": 0.25}]}"#
    let graph = try Graph.residualSample().training(try plan(partial))
    let update = try #require(graph.operations.first { $0.name == "block/project/update_weights" })
    #expect(graph[update.inputs[0]].name == "block/project/in/trained")
    #expect(graph[update.inputs[0]].shape.last == 2)
    let input = try #require(graph.id(named: "block/spatial"))
    let readers = graph.consumers()[input.index].map { graph.operations[$0] }
    #expect(readers.allSatisfy { $0.kind.phase == .forward })
  }

  /// Keeping a copy beside an input that stays anyway would cost bytes.
  @Test func wholeUpdate_readsItsInput() throws {
    let graph = try Graph.residualSample().training(.full)
    #expect(graph.count { if case .selectChannels = $0 { true } else { false } } == 0)
  }
}
