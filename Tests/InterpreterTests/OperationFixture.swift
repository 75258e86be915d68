import Foundation
import GraphIR

/// One operation with the codes LiteRT's reference kernels gave (Tests/Fixtures/operations).
struct OperationFixture: Decodable, CustomStringConvertible {
  struct Codes: Decodable {
    let shape: [Int]
    let scales: [Float]
    let zeroPoint: Int32
    let values: [Int8]
  }

  let kind: String
  let window: [Int]?
  let multiplier: Int?
  let clamp: [Int32]?
  let beta: Float?
  /// Of a lookup.
  let function: String?
  let alpha: Float?
  let before: [Int]?
  let x: Codes
  let b: Codes?
  let weights: Codes?
  let bias: [Int32]?
  let y: Codes

  var description: String { "\(kind) \(function ?? "") \(x.shape) -> \(y.shape)" }

  static func all() throws -> [OperationFixture] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/operations/operations.json")
    return try JSONDecoder().decode([OperationFixture].self, from: Data(contentsOf: file))
  }

  /// The operation as a graph from `x` to `y`, weights frozen.
  func graph() throws -> Graph {
    var graph = Graph(
      name: kind, tensors: [], operations: [], input: TensorID(0), output: TensorID(0), layers: [],
      data: [])
    graph.input = graph.add(tensor("x", x, .input))
    var inputs = [graph.input]
    for (name, codes) in [("b", b), ("weights", weights)] {
      guard let codes else { continue }
      let offset = graph.store(codes.values.map { UInt8(bitPattern: $0) })
      inputs.append(graph.add(tensor(name, codes, .constant(offset: offset))))
    }
    if let bias {
      let bytes = bias.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) } }
      let storage = Tensor.Storage.constant(offset: graph.store(bytes))
      inputs.append(
        graph.add(Tensor(name: "bias", shape: [bias.count], element: .int32, storage: storage)))
    }
    graph.output = graph.add(tensor("y", y, .value))
    graph.operations = [
      Operation(name: kind, kind: try operationKind(), inputs: inputs, outputs: [graph.output])
    ]
    return graph
  }

  private func tensor(_ name: String, _ codes: Codes, _ storage: Tensor.Storage) -> Tensor {
    Tensor(
      name: name, shape: codes.shape, element: .int8, storage: storage,
      quantization: Quantization(scales: codes.scales, zeroPoint: codes.zeroPoint))
  }

  private func unaryFunction(_ clamp: Clamp) throws -> UnaryFunction {
    switch function {
    case "relu", "relu6": .clamp(clamp)
    case "leakyRelu": .leakyRelu(alpha: alpha ?? 0)
    case "hardSwish": .hardSwish
    case "logistic": .logistic
    case "tanh": .tanh
    default: throw GraphError("fixture 'lookup': no such function")
    }
  }

  private func operationKind() throws -> OperationKind {
    let clamp = clamp.map { Clamp(minimum: $0[0], maximum: $0[1]) } ?? Clamp()
    let window = window.map {
      Window(
        kernelHeight: $0[0], kernelWidth: $0[1], strideHeight: $0[2], strideWidth: $0[3],
        dilationHeight: $0[4], dilationWidth: $0[5], padTop: $0[6], padLeft: $0[7])
    }
    let weighting = weights.map {
      Weighting(
        clamp: clamp, weightScales: $0.scales, inputScale: x.scales[0],
        channels: $0.shape[$0.shape.count - 1])
    }
    switch (kind, window, weighting) {
    case ("conv2D", let window?, let weighting?): return .conv2D(window, weighting)
    case ("depthwiseConv2D", let window?, let weighting?):
      return .depthwiseConv2D(window, weighting, multiplier: multiplier ?? 1)
    case ("fullyConnected", _, let weighting?): return .fullyConnected(weighting)
    case ("averagePool2D", let window?, _): return .averagePool2D(window, clamp)
    case ("maxPool2D", let window?, _): return .maxPool2D(window, clamp)
    case ("add", _, _): return .add(clamp)
    case ("subtract", _, _): return .subtract(clamp)
    case ("multiply", _, _): return .multiply(clamp)
    case ("lookup", _, _): return .lookup(try unaryFunction(clamp))
    case ("mean", _, _): return .mean(dimensions: 1..<3)
    case ("pad", _, _): return .pad(before: before ?? [])
    case ("softmax", _, _): return .softmax(beta: beta ?? 1)
    default: throw GraphError("fixture '\(kind)': no such operation")
    }
  }
}
