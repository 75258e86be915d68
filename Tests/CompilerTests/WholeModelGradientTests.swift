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
  /// Where to write the table of those models.
  private static let tableFile = ProcessInfo.processInfo.environment["FIELDTUNE_GRADIENT_TABLE"]
  private static let leastCosine = 0.9999
  /// Least and largest quotient of the lengths of two gradients.
  private static let lengths = 0.99...1.01

  /// Committed fixtures: the shipped model, and one of sums and products whose operands are repeated and of functions of
  /// each element.
  private static let committed = [("digits-conv", "Tools/Demo"), ("elementwise", "Tests/Fixtures/parity")]

  private func fixture(_ name: String, in folder: String) throws -> WholeModelGradientFixture {
    try WholeModelGradientFixture(
      Self.root.appending(path: "Tests/Fixtures/gradients/\(name)"), models: Self.root.appending(path: folder))
  }

  @Test(arguments: committed) func everyTensor_hasPyTorchsGradient(name: String, folder: String) throws {
    let fixture = try fixture(name, in: folder)
    let table = try Self.compare(fixture, on: try Self.trainingGraph(fixture))
    print(table.int16)
    #expect(table.full.rows.allSatisfy { 1 - $0.cosine < 1e-6 }, "\(table.full)")
    #expect(table.int16.rows.allSatisfy { $0.cosine >= Self.leastCosine }, "\(table.int16)")
    #expect(
      table.int16.rows.allSatisfy { Self.lengths.contains($0.shortest) && Self.lengths.contains($0.longest) },
      "\(table.int16)")
  }

  /// What the comparison is for: a gradient that reaches a tensor with two consumers through one of them only.
  @Test(arguments: [0, 1]) func droppedShortcut_isSeen(kept: Int) throws {
    let fixture = try fixture("digits-conv", in: "Tools/Demo")
    var graph = try Self.trainingGraph(fixture)
    for (position, operation) in graph.operations.enumerated() where operation.kind == .sumErrors {
      graph.operations[position].inputs = [operation.inputs[kept], operation.inputs[kept]]
    }
    let table = try Self.compare(fixture, on: graph)
    for name in ["stem/weights", "stem/bias", "down/weights", "down/bias"] {
      for compared in [table.full, table.int16] {
        let row = try #require(compared.rows.first { $0.name == name })
        #expect(row.cosine < Self.leastCosine - 0.05, "\(compared)")
      }
    }
  }

  @Test(.enabled(if: extra != nil, "FIELDTUNE_GRADIENT_FIXTURES names no folder of fixtures of other models"))
  func everyTensor_ofOtherModels_hasPyTorchsGradient() throws {
    let folder = URL(filePath: try #require(Self.extra))
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    var report = GradientReport()
    for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "npy" {
      let fixture = try WholeModelGradientFixture(file.deletingPathExtension(), models: folder)
      let table = try Self.compare(fixture, on: try Self.trainingGraph(fixture))
      print(table.full, table.int16, separator: "\n")
      #expect(table.full.rows.allSatisfy { $0.cosine >= GradientReport.leastCosine }, "\(table.full)")
      report.add(full: table.full, int16: table.int16, samples: fixture.index.samples.count)
    }
    print(report.markdown)
    if let path = Self.tableFile { try report.markdown.write(toFile: path, atomically: true, encoding: .utf8) }
  }

  private static func trainingGraph(_ fixture: WholeModelGradientFixture) throws -> Graph {
    try ModelImporter.graph(of: fixture.model, name: fixture.index.model).training(.full)
  }

  /// Full precision and the step's own number format, on the same codes.
  private static func compare(
    _ fixture: WholeModelGradientFixture, on graph: Graph
  ) throws -> (full: GradientTable, int16: GradientTable) {
    let bench = try WholeModelGradientBench(graph)
    let counts = fixture.index.layers.flatMap { [$0.weights, $0.bias] }.filter { $0 > 0 }
    #expect(bench.parameters.map(\.units.count) == counts)
    let names = bench.parameters.map(\.name)
    var full = GradientTable(model: fixture.index.model, format: "full precision", names: names)
    var int16 = GradientTable(model: fixture.index.model, format: "int16", names: names)
    for (sample, gradients) in zip(fixture.index.samples, fixture.gradients) {
      bench.settle(sample.input, label: sample.label)
      #expect(bench.logits == sample.logits, "\(fixture.index.model): the twin computes other codes than the interpreter")
      let real = try FullPrecisionGradients(bench.interpreter, label: sample.label).gradients
      var rest = gradients[...]
      for (index, parameter) in bench.parameters.enumerated() {
        let expected = rest.prefix(parameter.units.count)
        rest = rest.dropFirst(parameter.units.count)
        let found = try bench.measure(parameter, expected: expected, input: sample.input, label: sample.label)
        int16.add(found, against: expected, to: index)
        full.add(real[parameter.codes] ?? [], against: expected, to: index)
      }
    }
    return (full, int16)
  }
}
