import Compiler
import Foundation
import GraphIR
import Interpreter
import ModelImport
import Testing

/// Whole networks in real numbers: what reverse mode appends is the derivative of the loss by each trained parameter.
@Suite struct NetworkGradientTests {
  private static let parity = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/parity")
  private static let label = 1
  private static let step = 1e-6

  /// Fixtures with every operation but functions of each element, and with tensors that have several consumers.
  @Test(arguments: ["zoo1", "zoo2", "elementwise", "structure"])
  func gradients_areFiniteDifferencesOfTheLoss(name: String) throws {
    let model = try ModelImporter.graph(of: Self.parity.appending(path: "\(name).tflite"))
    let graph = try Pipeline.trainingGraph(model, options: .unlimited(.full)).graph
    let input = sample(of: graph)
    var twin = try FloatTwin(graph: graph)
    twin.train(input: input, target: .init(label: Self.label))
    #expect(twin.gradients.count >= 2 * graph.layers.count(where: { $0.bias != nil }))
    for (parameter, gradient) in twin.gradients.sorted(by: { $0.key < $1.key }) {
      for index in Set([0, gradient.count / 3, gradient.count - 1]) {
        let numeric = difference(twin, parameter, index, input)
        #expect(
          abs(gradient[index] - numeric) <= 1e-5 * (1 + abs(numeric)),
          "\(graph[parameter].name)[\(index)]: \(gradient[index]) by reverse mode, \(numeric) by differences")
      }
    }
  }

  private func difference(_ twin: FloatTwin, _ parameter: TensorID, _ index: Int, _ input: [Double]) -> Double {
    func loss(_ step: Double) -> Double {
      var moved = twin
      moved.values[parameter.index][index] += step
      moved.evaluate(input: input, target: .init(label: Self.label))
      return moved.loss
    }
    return (loss(Self.step) - loss(-Self.step)) / (2 * Self.step)
  }

  /// Reals of pseudo-random codes.
  private func sample(of graph: Graph) -> [Double] {
    let tensor = graph[graph.input]
    let scale = tensor.quantization?.scale(0) ?? 1
    var random: UInt32 = 99
    return (0..<tensor.elementCount).map { _ in
      random = random &* 1_664_525 &+ 1_013_904_223
      return scale * Double(Int8(truncatingIfNeeded: random >> 24))
    }
  }
}
