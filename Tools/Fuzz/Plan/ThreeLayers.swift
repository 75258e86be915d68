import GraphIR

extension Graph {
  /// Three dense layers with biases, to resolve plans against: `conv`, `hidden`, `dense`, of 8 channels each.
  static let threeLayers: Graph = {
    var graph = Graph(
      name: "three layers", tensors: [], operations: [], input: TensorID(0), output: TensorID(0), layers: [], data: [])
    let format = Quantization(scales: [0.1], zeroPoint: 0)
    graph.input = graph.add(Tensor(name: "x", shape: [1, 8], element: .int8, storage: .input, quantization: format))
    graph.output = ["conv", "hidden", "dense"].reduce(graph.input) { x, name in
      let codes = graph.store((0..<64).map { UInt8($0) })
      let zeros = graph.store(repeatElement(0, count: 32))
      let weights = graph.add(Tensor(name: "w", shape: [8, 8], element: .int8, storage: .constant(offset: codes)))
      let bias = graph.add(Tensor(name: "b", shape: [8], element: .int32, storage: .constant(offset: zeros)))
      let y = graph.add(Tensor(name: name, shape: [1, 8], element: .int8, storage: .value, quantization: format))
      let weighting = Weighting(clamp: Clamp(), weightScales: [0.01], inputScale: 0.1, channels: 8)
      graph.operations.append(
        Operation(
          name: name, kind: .fullyConnected(weighting), inputs: [x, weights, bias], outputs: [y],
          layer: graph.layers.count))
      graph.layers.append(
        Layer(
          name: name,
          weights: FileTensor(name: "w", dataOffset: codes, dataBytes: 64, scaleOffset: 0, scaleCount: 1),
          bias: FileTensor(name: "b", dataOffset: zeros, dataBytes: 32, scaleOffset: 0, scaleCount: 1)))
      return y
    }
    return graph
  }()
}
