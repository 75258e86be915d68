import GraphIR
import Testing

@Suite struct VerifierTests {
  /// x (1,2,2,3) -> conv 1x1 -> y (1,2,2,4).
  private func sample() -> Graph {
    let quantization = Quantization(scales: [0.1], zeroPoint: 1)
    let window = Window(kernelHeight: 1, kernelWidth: 1)
    let weighting = Weighting(clamp: Clamp(), weightScales: [0.01], inputScale: 0.1, channels: 3)
    return Graph(
      name: "sample",
      tensors: [
        Tensor(name: "x", shape: [1, 2, 2, 3], element: .int8, storage: .input, quantization: quantization),
        Tensor(name: "w", shape: [4, 1, 1, 3], element: .int8, storage: .constant(offset: 0), quantization: quantization),
        Tensor(name: "b", shape: [4], element: .int32, storage: .constant(offset: 16)),
        Tensor(name: "y", shape: [1, 2, 2, 4], element: .int8, storage: .value, quantization: quantization),
      ],
      operations: [
        Operation(
          name: "conv", kind: .conv2D(window, weighting), inputs: [TensorID(0), TensorID(1), TensorID(2)],
          outputs: [TensorID(3)])
      ],
      input: TensorID(0), output: TensorID(3), layers: [], data: Array(repeating: 1, count: 32))
  }

  @Test func soundGraph_passes() throws {
    try sample().verify()
  }

  /// Weights stand in flash as the kernels read them, four rows of three filled up to two panels of four columns; a constant of
  /// no dimensions stands as it is.
  @Test func constants_standInFlashAsTheyAreRead() {
    var graph = sample()
    graph.tensors.append(
      Tensor(name: "half", shape: [], element: .int8, storage: .constant(offset: 31), quantization: graph.tensors[1].quantization))
    graph.operations.append(
      Operation(name: "scale", kind: .multiply(Clamp()), inputs: [TensorID(3), TensorID(4)], outputs: []))
    let constants = graph.flashConstants()
    #expect(constants.map(\.id) == [TensorID(1), TensorID(2), TensorID(4)])
    #expect(constants.map(\.bytes.count) == [16, 16, 1])
    #expect(constants.map(\.layout) == [.forwardPanels(WeightPanels(rows: 4, columns: 3)), .plain, .plain])
  }

  static let faults: [(name: String, change: @Sendable (inout Graph) -> Void, sentence: String)] = [
    ("extent", { $0.tensors[0].shape = [1, 2, 0, 3] }, "tensor 'x': shape [1, 2, 0, 3]: found extent 0"),
    ("bytes", { $0.tensors[1].storage = .constant(offset: 24) }, "tensor 'w': 12 bytes from 24 lie outside"),
    ("operand", { $0.operations[0].inputs[0] = TensorID(9) }, "operation 'conv': tensor 9 does not exist"),
    ("order", { $0.operations[0].inputs[0] = TensorID(3) }, "operation 'conv': reads 'y' before it is written"),
    ("twice", { $0.operations.append($0.operations[0]) }, "operation 'conv': writes 'y' a second time"),
    ("target", { $0.operations[0].outputs = [TensorID(1)] }, "operation 'conv': writes 'w', which is no value"),
    ("count", { $0.operations[0].inputs.removeLast() }, "conv2D 'conv': found 2 inputs and 1 outputs, expected 3 and 1"),
    ("element", { $0.tensors[2].element = .int8 }, "conv2D 'conv': 'b': found int8, expected int32"),
    ("channels", { $0.tensors[0].shape = [1, 2, 2, 2] }, "conv2D 'conv': 'x': found 2 channels, expected 3"),
    ("weights", { $0.tensors[1].shape = [2, 2, 1, 3] }, "conv2D 'conv': 'w': found shape [2, 2, 1, 3], expected [4, 1, 1, 3]"),
    ("window", { $0.tensors[3].shape = [1, 9, 2, 4] }, "conv2D 'conv': height: a window of 1 with stride 1"),
    ("range", { $0.tensors[3].errorRange = 0 }, "tensor 'y': an int16 tensor, and no other, has an error range"),
    ("layer", { $0.operations[0].layer = 3 }, "operation 'conv': layer 3 does not exist"),
  ]

  @Test(arguments: faults.indices) func fault_isNamed(index: Int) {
    let fault = Self.faults[index]
    var graph = sample()
    fault.change(&graph)
    let error = #expect(throws: GraphError.self) { try graph.verify() }
    #expect(error?.description.hasPrefix(fault.sentence) == true, "\(fault.name): \(error?.description ?? "")")
  }

  /// x (1,2,4,3) -> y of the given shape.
  private func moved(_ kind: OperationKind, to shape: [Int], scale: Float) -> Graph {
    let (x, y) = (Quantization(scales: [0.1], zeroPoint: 1), Quantization(scales: [scale], zeroPoint: 1))
    return Graph(
      name: "moved",
      tensors: [
        Tensor(name: "x", shape: [1, 2, 4, 3], element: .int8, storage: .input, quantization: x),
        Tensor(name: "y", shape: shape, element: .int8, storage: .value, quantization: y),
      ],
      operations: [Operation(name: "m", kind: kind, inputs: [TensorID(0)], outputs: [TensorID(1)])],
      input: TensorID(0), output: TensorID(1), layers: [], data: [])
  }

  static let motions: [(kind: OperationKind, shape: [Int], scale: Float, sentence: String?)] = [
    (.slice(begin: [0, 1, 0, 0], strides: [1, 1, 3, 1]), [1, 1, 2, 3], 0.1, nil),
    (.slice(begin: [0, 1, 0, 0], strides: [1, 1, 3, 1]), [1, 1, 2, 3], 0.2, "slice 'm': 'x' and 'y' must have the same scale"),
    (.slice(begin: [0, 1, 1, 0], strides: [1, 1, 3, 1]), [1, 1, 2, 3], 0.1, "slice 'm': found shapes [1, 1, 2, 3] within [1, 2, 4, 3]"),
    (.slice(begin: [0, -1, 0, 0], strides: [1, 1, 1, 1]), [1, 1, 2, 3], 0.1, "slice 'm': found shapes"),
    (.slice(begin: [0, 1, 0, 0], strides: [1, 1, 0, 1]), [1, 1, 2, 3], 0.1, "slice 'm': found shapes"),
    (.slice(begin: [0, 1], strides: [1, 1]), [1, 1, 2, 3], 0.1, "slice 'm': found shapes"),
    (.transpose(permutation: [0, 3, 1, 2]), [1, 3, 2, 4], 0.1, nil),
    (.transpose(permutation: [0, 3, 1, 1]), [1, 3, 2, 4], 0.1, "transpose 'm': found the permutation [0, 3, 1, 1]"),
    (.transpose(permutation: [0, 3, 1, 2]), [1, 3, 4, 2], 0.1, "transpose 'm': 'y': found shape [1, 3, 4, 2], expected [1, 3, 2, 4]"),
    (.concatenate(axis: 3), [1, 2, 4, 3], 0.1, nil),
    (.concatenate(axis: 4), [1, 2, 4, 3], 0.1, "concatenate 'm': found axis 4"),
    (.concatenate(axis: 2), [1, 2, 5, 3], 0.1, "concatenate 'm': 'y': found shape [1, 2, 5, 3], expected [1, 2, 4, 3]"),
    (.mean(dimensions: 2..<3), [1, 2, 3], 0.2, nil),
    (.mean(dimensions: 2..<3), [1, 2, 4], 0.2, "mean 'm': 'y': found shape [1, 2, 4], expected 6 means"),
    (.mean(dimensions: 2..<5), [1, 2], 0.2, "mean 'm': found a mean over dimensions 2..<5"),
    (.rescale, [1, 2, 4, 3], 0.2, nil),
    (.rescale, [1, 2, 12], 0.2, "rescale 'm': 'x': found shape [1, 2, 4, 3], expected [1, 2, 12]"),
  ]

  @Test(arguments: motions.indices) func motion_staysWithinItsTensors(index: Int) throws {
    let row = Self.motions[index]
    let graph = moved(row.kind, to: row.shape, scale: row.scale)
    guard let sentence = row.sentence else { return try graph.verify() }
    let error = #expect(throws: GraphError.self) { try graph.verify() }
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func scales_areCountedByChannel() {
    var graph = sample()
    let window = Window(kernelHeight: 1, kernelWidth: 1)
    let scales = [Float](repeating: 0.1, count: 3)
    graph.operations[0].kind = .conv2D(
      window, Weighting(clamp: Clamp(), weightScales: scales, inputScale: 0.1, channels: 3))
    let error = #expect(throws: GraphError.self) { try graph.verify() }
    #expect(
      error?.description == "conv2D 'conv': per-channel scales: found 3, expected 4 (one for each output channel)")
  }
}
