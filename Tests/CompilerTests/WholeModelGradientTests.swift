import Compiler
import Foundation
import GraphIR
import ModelImport
import Testing

/// A residual network's whole training step against PyTorch's autograd in float64.
@Suite struct WholeModelGradientTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// A folder of more fixtures, each beside its model: Tools/Gradients/README.md.
  private static let extra = ProcessInfo.processInfo.environment["FIELDTUNE_GRADIENT_FIXTURES"]
  private static let leastCosine = 0.9999
  /// Least and largest quotient of the lengths of two gradients.
  private static let lengths = 0.99...1.01

  private func shipped() throws -> WholeModelGradientFixture {
    try WholeModelGradientFixture(
      Self.root.appending(path: "Tests/Fixtures/gradients/digits-conv"), models: Self.root.appending(path: "Tools/Demo"))
  }

  @Test func everyTensor_hasPyTorchsGradient() throws {
    let fixture = try shipped()
    let table = try Self.compare(fixture, on: try Self.trainingGraph(fixture))
    print(table)
    #expect(table.rows.allSatisfy { $0.cosine >= Self.leastCosine }, "\(table)")
    #expect(table.rows.allSatisfy { Self.lengths.contains($0.shortest) && Self.lengths.contains($0.longest) }, "\(table)")
  }

  /// What the comparison is for: a gradient that reaches a tensor with two consumers through one of them only.
  @Test(arguments: [0, 1]) func droppedShortcut_isSeen(kept: Int) throws {
    let fixture = try shipped()
    var graph = try Self.trainingGraph(fixture)
    for (position, operation) in graph.operations.enumerated() where operation.kind == .sumErrors {
      graph.operations[position].inputs = [operation.inputs[kept], operation.inputs[kept]]
    }
    let table = try Self.compare(fixture, on: graph)
    for name in ["stem/weights", "stem/bias", "down/weights", "down/bias"] {
      let row = try #require(table.rows.first { $0.name == name })
      #expect(row.cosine < Self.leastCosine - 0.05, "\(table)")
    }
  }

  @Test(.enabled(if: extra != nil, "FIELDTUNE_GRADIENT_FIXTURES names no folder of fixtures of other models"))
  func everyTensor_ofOtherModels_hasPyTorchsGradient() throws {
    let folder = URL(filePath: try #require(Self.extra))
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "npy" {
      let fixture = try WholeModelGradientFixture(file.deletingPathExtension(), models: folder)
      let table = try Self.compare(fixture, on: try Self.trainingGraph(fixture))
      print(table)
      #expect(table.rows.allSatisfy { $0.cosine >= 0.999 }, "\(table)")
    }
  }

  private static func trainingGraph(_ fixture: WholeModelGradientFixture) throws -> Graph {
    try ModelImporter.graph(of: fixture.model, name: fixture.index.model).training(.full)
  }

  private static func compare(_ fixture: WholeModelGradientFixture, on graph: Graph) throws -> GradientTable {
    let bench = try WholeModelGradientBench(graph)
    let counts = fixture.index.layers.flatMap { [$0.weights, $0.bias] }.filter { $0 > 0 }
    #expect(bench.parameters.map(\.units.count) == counts)
    var table = GradientTable(model: fixture.index.model, names: bench.parameters.map(\.name))
    for (sample, gradients) in zip(fixture.index.samples, fixture.gradients) {
      bench.settle(sample.input, label: sample.label)
      #expect(bench.logits == sample.logits, "\(fixture.index.model): the twin computes other codes than the interpreter")
      var rest = gradients[...]
      for (index, parameter) in bench.parameters.enumerated() {
        let expected = rest.prefix(parameter.units.count)
        rest = rest.dropFirst(parameter.units.count)
        let found = try bench.measure(parameter, expected: expected, input: sample.input, label: sample.label)
        table.add(found, against: expected, to: index)
      }
    }
    return table
  }
}
