import GraphIR

/// Puts a new last layer on a model file: another number of classes, weights drawn afresh.
///
/// The rest of the file stays byte for byte where it is. The new layer:
/// - weights uniform in ±sqrt(6 / (inputs + classes)) (Glorot & Bengio 2010, eq. 16), drawn by seed, with ±64 of ±127 codes,
///   so that they can double before they saturate; per channel where the old ones were (all scales equal then);
/// - bias 0, in the unit of its accumulators;
/// - outputs in steps of 1/8 around 0: logits of -16…15.9, e^16 apart from 0, hold any softmax worth telling apart.
package struct NewHead: Sendable {
  private static let outputScale: Float = 0.125
  private static let weightCodes = 64

  private let classCount: Int
  private let seed: UInt32

  package init(classCount: Int, seed: UInt32) {
    self.classCount = classCount
    self.seed = seed
  }

  /// The model with the new head, as the bytes of a .tflite file.
  ///
  /// - Throws: `ImportError` when the file cannot be read, or does not end in a dense or convolution layer with one output
  ///   position, then reshapes, softmax and dequantization at most.
  package func replacingHead(of bytes: [UInt8]) throws -> [UInt8] {
    // The importer is the judge of indices, shapes and buffers: what it takes can be read here without asking again.
    _ = try ModelImporter.graph(of: bytes, name: "model")
    let reader = FlatBufferReader(bytes)
    let model = try TFLiteModel(reader)
    let file = try Parts(reader)
    let (head, tail) = try end(of: model)
    let oldCount = model.tensors[head.outputs[0]].shape.last ?? 0
    var patch = FlatBufferPatch(reader)
    try replaceParameters(of: head, model, file, &patch)
    var isLogits = true
    for tensor in [head.outputs[0]] + tail.flatMap(\.outputs) {
      try replaceShape(of: tensor, oldCount, model, file, &patch)
    }
    try requantize(head.outputs[0], file, &patch)
    for operation in tail {
      isLogits = isLogits && TFLiteBuiltin(rawValue: operation.code.builtin).map(Self.keepsLogits) == true
      if isLogits { try requantize(operation.outputs[0], file, &patch) }
      try replaceNewShape(of: operation, oldCount, model, file, &patch)
    }
    return patch.bytes
  }

  /// Tables that are patched.
  private struct Parts {
    let tensors: [FlatBufferTable]
    let buffers: [FlatBufferTable]

    init(_ reader: FlatBufferReader) throws {
      let model = try reader.root("Model")
      buffers = try model.tables(4, "Buffer", limit: TFLiteModel.Limits.buffers) { $0 }
      let graph = try model.tables(2, "SubGraph", limit: 1) { $0 }[0]
      tensors = try graph.tables(0, "Tensor", limit: TFLiteModel.Limits.tensors) { $0 }
    }
  }

  private static func keepsLogits(_ operation: TFLiteBuiltin) -> Bool {
    switch operation {
    case .reshape, .squeeze, .expandDims: true
    default: false
    }
  }

  /// The last layer, and what follows it.
  private func end(of model: TFLiteModel) throws -> (head: TFLiteOperator, tail: [TFLiteOperator]) {
    var tail: [TFLiteOperator] = []
    var tensor = model.outputs.first ?? -1
    while let operation = model.operators.last(where: { $0.outputs.contains(tensor) }), operation.inputs.count > 0 {
      switch TFLiteBuiltin(rawValue: operation.code.builtin) {
      case .fullyConnected, .conv2D:
        let output = model.tensors[operation.outputs[0]]
        guard output.shape.dropLast().allSatisfy({ $0 == 1 }), operation.inputs.count >= 2 else { throw unsuitable(operation) }
        try expectPlain(operation)
        return (operation, tail.reversed())
      case .softmax, .dequantize, .reshape, .squeeze, .expandDims:
        tail.append(operation)
        tensor = operation.inputs[0]
      default: throw unsuitable(operation)
      }
    }
    throw ImportError.unsupported(
      "model", found: "an output that no layer makes", expected: "a classifier's", advice: "give a model with one output")
  }

  /// Logits of a head with an activation of its own would be clamped.
  private func expectPlain(_ head: TFLiteOperator) throws {
    let slot = TFLiteBuiltin(rawValue: head.code.builtin) == .conv2D ? 3 : 0
    let activation: Int8 = try head.options?.integer(slot) ?? 0
    guard activation == 0 else {
      throw ImportError.unsupported(
        "model", found: "a last layer with the fused activation \(activation)", expected: "one without (0)",
        advice: "put the new head on in the framework the model comes from")
    }
  }

  private func unsuitable(_ operation: TFLiteOperator) -> ImportError {
    .unsupported(
      "model", found: "\(operation.code) near its end",
      expected: "a dense or convolution layer with one output position, then reshapes and softmax at most",
      advice: "put the new head on in the framework the model comes from")
  }

  private func replaceParameters(
    of head: TFLiteOperator, _ model: TFLiteModel, _ file: Parts, _ patch: inout FlatBufferPatch
  ) throws {
    let weights = model.tensors[head.inputs[1]]
    guard let inputScale = try model.tensors[head.inputs[0]].scales?.floats(limit: 1).first, inputScale > 0,
      let scaleCount = weights.scales?.count, scaleCount > 0, weights.type == .int8, weights.shape.count >= 2
    else {
      throw ImportError.unsupported(
        "tensor '\(weights.name)'", found: "\(weights.type)", expected: "INT8 with scales",
        advice: "quantize the model to int8 throughout")
    }
    let inputCount = weights.shape.dropFirst().reduce(1, *)
    let scale = Float((6 / Double(inputCount + classCount)).squareRoot() / Double(Self.weightCodes))
    let scales = Array(repeating: scale, count: scaleCount == 1 ? 1 : classCount)
    try replaceConstant(
      head.inputs[1], shape: [classCount] + weights.shape.dropFirst(), codes(count: inputCount * classCount), scales: scales,
      model, file, &patch)
    guard head.inputs.count > 2, head.inputs[2] >= 0 else { return }
    try replaceConstant(
      head.inputs[2], shape: [classCount], [Int32](repeating: 0, count: classCount), scales: scales.map { $0 * inputScale },
      model, file, &patch)
  }

  /// Data, shape and quantization of a constant that no other part of the file uses.
  private func replaceConstant(
    _ index: Int, shape: [Int], _ elements: [some FixedWidthInteger], scales: [Float], _ model: TFLiteModel, _ file: Parts,
    _ patch: inout FlatBufferPatch
  ) throws {
    let tensor = model.tensors[index]
    guard model.tensors.count(where: { $0.buffer == tensor.buffer }) == 1,
      model.operators.flatMap(\.inputs).count(where: { $0 == index }) == 1
    else {
      throw ImportError.unsupported(
        "tensor '\(tensor.name)'", found: "parameters that another layer shares", expected: "a last layer of its own",
        advice: "export the model without merging equal constants")
    }
    let data = elements.flatMap { element -> [UInt8] in withUnsafeBytes(of: element.littleEndian) { Array($0) } }
    try patch.replace(0, of: file.buffers[tensor.buffer], by: data)
    try patch.replace(0, of: file.tensors[index], by: shape.map(Int32.init))
    try patch.replace(7, of: file.tensors[index], by: shape.map(Int32.init))
    try setQuantization(of: index, scales: scales, file, &patch)
  }

  private func setQuantization(of index: Int, scales: [Float], _ file: Parts, _ patch: inout FlatBufferPatch) throws {
    guard let quantization = try file.tensors[index].table(4, "QuantizationParameters") else { return }
    let sharers = try file.tensors.count {
      try $0.table(4, "QuantizationParameters")?.position == quantization.position
    }
    guard sharers == 1 else {
      throw ImportError.unsupported(
        "tensor \(index)", found: "a number format that \(sharers) tensors share", expected: "one of its own",
        advice: "convert the model again with a current converter")
    }
    try patch.replace(2, of: quantization, by: scales)
    try patch.replace(3, of: quantization, by: [Int64](repeating: 0, count: scales.count))
  }

  /// Logits in steps of `outputScale` around 0. A float output has no format to set.
  private func requantize(_ index: Int, _ file: Parts, _ patch: inout FlatBufferPatch) throws {
    try setQuantization(of: index, scales: [Self.outputScale], file, &patch)
  }

  private func replaceShape(
    of index: Int, _ oldCount: Int, _ model: TFLiteModel, _ file: Parts, _ patch: inout FlatBufferPatch
  ) throws {
    let tensor = model.tensors[index]
    let shape = replaced(tensor.shape, oldCount)
    try patch.replace(0, of: file.tensors[index], by: shape)
    if !tensor.shapeSignature.isEmpty {
      try patch.replace(7, of: file.tensors[index], by: replaced(tensor.shapeSignature, oldCount))
    }
  }

  /// The constant shape of a reshape, as operand or as option.
  private func replaceNewShape(
    of operation: TFLiteOperator, _ oldCount: Int, _ model: TFLiteModel, _ file: Parts, _ patch: inout FlatBufferPatch
  ) throws {
    guard TFLiteBuiltin(rawValue: operation.code.builtin) == .reshape else { return }
    if let options = operation.options, let shape = try options.vector(0, stride: 4, "ReshapeOptions new_shape") {
      let extents = try shape.integers(Int32.self, limit: TFLiteModel.Limits.rank)
      try patch.replace(0, of: options, by: replaced(extents, oldCount))
    }
    guard operation.inputs.count > 1, operation.inputs[1] >= 0 else { return }
    let buffer = model.tensors[operation.inputs[1]].buffer
    let range = model.buffers[buffer]
    let extents = try stride(from: range.lowerBound, to: range.upperBound, by: 4).map {
      Int(try model.reader.integer(Int32.self, at: $0, in: "RESHAPE shape"))
    }
    let data = replaced(extents, oldCount).flatMap { extent -> [UInt8] in withUnsafeBytes(of: extent.littleEndian) { Array($0) } }
    try patch.replace(0, of: file.buffers[buffer], by: data)
  }

  private func replaced(_ shape: [Int], _ oldCount: Int) -> [Int32] {
    shape.enumerated().map { Int32($0 == shape.count - 1 && $1 == oldCount ? classCount : $1) }
  }

  /// Uniform in ±`weightCodes`, by SplitMix64 (Steele, Lea & Flood, 2014).
  private func codes(count: Int) -> [Int8] {
    var state = UInt64(seed)
    return (0..<count).map { _ in
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      mixed ^= mixed >> 31
      return Int8(Int(mixed % UInt64(2 * Self.weightCodes + 1)) - Self.weightCodes)
    }
  }
}
