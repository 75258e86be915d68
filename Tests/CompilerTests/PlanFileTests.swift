import Foundation
import GraphIR
import Testing
import UpdatePlanning

/// Packaging/plans: the schema says what the reader takes, and the published schemes are there.
@Suite struct PlanFileTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Packaging/plans")

  private func schema() throws -> JSONSchema {
    try JSONSchema(Data(contentsOf: Self.folder.appendingPathComponent("plan.schema.json")))
  }

  @Test(arguments: [
    (#"{"schema": 1}"#, true),
    (#"{"schema": 1, "biases": {"last": 2}, "weights": [{"layer": 1, "ratio": 0.25}, {"layer": "stem"}]}"#, true),
    (#"{"schema": 1, "biases": [0, "stem"], "classifier": false}"#, true),
    (#"{"schema": 1, "weights": [{"layer": 2, "ratio": 1, "channels": "largest-norm"}]}"#, true),
    (#"{"schema": 1, "weights": [{"layer": 2, "channels": "first"}]}"#, true),
    (#"{"schema": 1, "storage": "stochastic", "velocity": false}"#, true),
    (#"{"schema": 1, "storage": "residual", "velocity": true}"#, true),
    (#"{"schema": 1, "storage": "int8"}"#, false), (#"{"schema": 1, "velocity": 4}"#, false),
    (#"{}"#, false), (#"{"schema": 2}"#, false), (#"{"schema": "1"}"#, false), (#"[]"#, false),
    (#"{"schema": 1, "last": 2}"#, false),
    (#"{"schema": 1, "biases": {"last": -1}}"#, false), (#"{"schema": 1, "biases": {"last": 1.5}}"#, false),
    (#"{"schema": 1, "biases": {"first": 1}}"#, false), (#"{"schema": 1, "biases": {}}"#, false),
    (#"{"schema": 1, "biases": 3}"#, false), (#"{"schema": 1, "biases": [-1]}"#, false),
    (#"{"schema": 1, "biases": [true]}"#, false), (#"{"schema": 1, "weights": [{}]}"#, false),
    (#"{"schema": 1, "weights": {"layer": 1}}"#, false),
    (#"{"schema": 1, "weights": [{"layer": 1, "ratio": 0}]}"#, false),
    (#"{"schema": 1, "weights": [{"layer": 1, "ratio": 1.01}]}"#, false),
    (#"{"schema": 1, "weights": [{"layer": 1, "ratio": "1"}]}"#, false),
    (#"{"schema": 1, "weights": [{"layer": 1, "channels": "last"}]}"#, false),
    (#"{"schema": 1, "weights": [{"layer": 1, "channel": "first"}]}"#, false),
    (#"{"schema": 1, "classifier": 1}"#, false), (#"{"schema": 1, "classifier": "yes"}"#, false),
  ]) func schemaAndReader_agree(json: String, isPlan: Bool) throws {
    #expect(try schema().accepts(json) == isPlan)
    let graph = Graph.residualSample()
    var isRead = true
    do {
      let plan = try SparsePlan(json: Data(json.utf8), fileName: "plan.json")
      _ = try ResolvedUpdatePlan(.sparse(plan), for: graph)
    } catch is UpdatePlanError {
      isRead = false
    }
    #expect(isRead == isPlan)
  }

  /// Last-N biases and layer × ratio of each published scheme (Lin et al., arXiv 2206.15472).
  @Test(arguments: [
    ("mcunet-49kb", 20, "24 0.25, 27 0.5, 30 0.5"),
    ("mcunet-74kb", 21, "21 1.0, 24 1.0, 27 0.5, 30 1.0"),
    ("mcunet-99kb", 22, "21 1.0, 24 1.0, 27 1.0, 30 1.0, 36 0.125, 39 0.25"),
    ("mcunet-124kb", 24, "21 0.25, 24 1.0, 27 1.0, 30 1.0, 33 0.5, 39 0.5"),
    ("mcunet-148kb", 23, "21 1.0, 24 1.0, 27 1.0, 30 1.0, 36 1.0, 39 0.5"),
    ("mbv2-49kb", 16, "36 1.0, 39 1.0, 41 0.25, 42 0.125, 45 0.125, 48 0.125, 49 0.125"),
    ("mbv2-99kb", 25, "27 1.0, 30 1.0, 33 1.0, 36 1.0, 39 1.0, 42 0.125, 45 0.5, 48 1.0"),
    ("mbv2-138kb", 34, "27 1.0, 30 1.0, 33 1.0, 36 1.0, 39 1.0, 42 1.0, 45 1.0, 48 1.0"),
  ]) func publishedScheme_isShipped(name: String, biases: Int, weights: String) throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent(name + ".json"))
    #expect(try schema().accepts(String(decoding: data, as: UTF8.self)))
    let plan = try SparsePlan(json: data, fileName: name)
    #expect(plan.biases == .last(biases))
    #expect((plan.weights ?? []).map { "\($0.layer) \($0.ratio ?? 1)" }.joined(separator: ", ") == weights)
    #expect((plan.weights ?? []).allSatisfy { ($0.channels == .largestNorm) == ($0.ratio != nil) })
  }
}
