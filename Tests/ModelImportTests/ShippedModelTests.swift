import Foundation
import GraphIR
import ModelImport
import Testing

@Suite struct ShippedModelTests {
  private func graph(_ name: String) throws -> Graph {
    try ModelImporter.graph(of: Files.demo.appendingPathComponent("\(name).tflite"))
  }

  /// One line an operation: kind, operands, shapes.
  private func summary(_ graph: Graph) -> [String] {
    graph.operations.map { operation in
      let kind = String(describing: operation.kind).prefix { $0 != "(" }
      let inputs = operation.inputs.map { graph[$0].name }.joined(separator: ", ")
      let output = graph[operation.outputs[0]]
      return "\(kind) \(inputs) -> \(output.name) \(output.shape)"
    }
  }

  @Test func convolutionalModel_keepsOperationsNamesAndShapes() throws {
    let graph = try graph("digits-conv")
    #expect(
      summary(graph) == [
        "conv2D image, stem/weights, stem/bias -> stem [1, 8, 8, 16]",
        "depthwiseConv2D stem, block1_depthwise/weights, block1_depthwise/bias -> block1_depthwise [1, 8, 8, 16]",
        "conv2D block1_depthwise, block1_pointwise/weights, block1_pointwise/bias -> block1_pointwise [1, 8, 8, 16]",
        "add stem, block1_pointwise -> block1_relu [1, 8, 8, 16]",
        "conv2D block1_relu, down/weights, down/bias -> down [1, 4, 4, 32]",
        "depthwiseConv2D down, block2_depthwise/weights, block2_depthwise/bias -> block2_depthwise [1, 4, 4, 32]",
        "conv2D block2_depthwise, block2_pointwise/weights, block2_pointwise/bias -> block2_pointwise [1, 4, 4, 32]",
        "add down, block2_pointwise -> block2_relu [1, 4, 4, 32]",
        "conv2D block2_relu, mix/weights, mix/bias -> mix [1, 2, 2, 48]",
        "reshape mix -> flatten [1, 192]",
        "fullyConnected flatten, head/weights, head/bias -> head [1, 10]",
        "softmax head -> probabilities [1, 10]",
      ])
    #expect(graph[graph.input].quantization == Quantization(scales: [1 / 255], zeroPoint: -128))
    #expect(graph[graph.output].quantization == Quantization(scales: [1 / 256], zeroPoint: -128))
  }

  @Test func denseModel_keepsOperationsNamesAndShapes() throws {
    #expect(
      summary(try graph("digits-dense")) == [
        "fullyConnected image, hidden/weights, hidden/bias -> hidden [1, 32]",
        "fullyConnected hidden, head/weights, head/bias -> head [1, 10]",
        "softmax head -> probabilities [1, 10]",
      ])
  }

  @Test func samePadding_followsTFLite() throws {
    let windows = try graph("digits-conv").operations.compactMap { operation -> [Int]? in
      guard case .conv2D(let window, _) = operation.kind else { return nil }
      return [window.kernelHeight, window.strideHeight, window.padTop, window.padLeft]
    }
    // 8 cells, stride 2, kernel 3: one cell of padding in all, and it stands behind.
    #expect(windows == [[3, 1, 1, 1], [1, 1, 0, 0], [3, 2, 0, 0], [1, 1, 0, 0], [3, 2, 0, 0]])
  }

  @Test(arguments: ["digits-conv", "digits-dense"])
  func layers_sayWhereTheirParametersStandInTheFile(name: String) throws {
    let file = try Files.bytes(Files.demo.appendingPathComponent("\(name).tflite"))
    let graph = try graph(name)
    for operation in graph.operations {
      guard let index = operation.layer else { continue }
      let layer = graph.layers[index]
      let (weights, bias) = (operation.inputs[1], operation.inputs[2])
      #expect(layer.name == operation.name)
      #expect(graph.bytes(of: weights).map(Array.init) == bytes(file, layer.weights))
      #expect(graph.bytes(of: bias).map(Array.init) == layer.bias.map { bytes(file, $0) })
      #expect(graph[weights].quantization?.scales == scales(file, layer.weights))
      #expect(operation.kind.weighting?.weightScales == scales(file, layer.weights))
    }
  }

  private func bytes(_ file: [UInt8], _ tensor: FileTensor) -> [UInt8] {
    Array(file[tensor.dataOffset..<tensor.dataOffset + tensor.dataBytes])
  }

  private func scales(_ file: [UInt8], _ tensor: FileTensor) -> [Float] {
    (0..<tensor.scaleCount).map { index in
      let start = tensor.scaleOffset + 4 * index
      return Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(file[start + $1]) << UInt32(8 * $1) })
    }
  }
}
