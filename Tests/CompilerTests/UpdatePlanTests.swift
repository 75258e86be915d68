import Foundation
import GraphIR
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
}
