/// A program over tensors: a model as imported, or a whole training step.
///
/// Operations run in the order in which they stand. Passes take a graph and return a graph; the verifier
/// runs between any two (`Graph+Verifier`).
package struct Graph: Hashable, Sendable, Codable {
  package var name: String
  package var tensors: [Tensor]
  package var operations: [Operation]
  /// The sample.
  package var input: TensorID
  /// Output codes of the model.
  package var output: TensorID
  /// Layers with weights, in the order of the model.
  package var layers: [Layer]
  /// Number formats of the error tensors; empty before differentiation.
  package var errorRanges: [ErrorRange]
  /// Initial bytes of constants and state, little endian. Written beside the JSON, not in it.
  package var data: [UInt8]

  package init(
    name: String, tensors: [Tensor], operations: [Operation], input: TensorID, output: TensorID,
    layers: [Layer], errorRanges: [ErrorRange] = [], data: [UInt8]
  ) {
    self.name = name
    self.tensors = tensors
    self.operations = operations
    self.input = input
    self.output = output
    self.layers = layers
    self.errorRanges = errorRanges
    self.data = data
  }

  package subscript(id: TensorID) -> Tensor {
    get { tensors[id.index] }
    set { tensors[id.index] = newValue }
  }

  package mutating func add(_ tensor: Tensor) -> TensorID {
    tensors.append(tensor)
    return TensorID(tensors.count - 1)
  }

  /// Appends bytes to `data` and returns their offset, a multiple of 8.
  package mutating func store(_ bytes: some Sequence<UInt8>) -> Int {
    while data.count % 8 != 0 { data.append(0) }
    let offset = data.count
    data.append(contentsOf: bytes)
    return offset
  }

  /// Initial bytes of a constant or of state; nil for values and the input.
  package func bytes(of id: TensorID) -> ArraySlice<UInt8>? {
    switch self[id].storage {
    case .value, .input: nil
    case .constant(let offset), .state(_, let offset): data[offset..<offset + self[id].byteCount]
    }
  }

  private enum CodingKeys: String, CodingKey {
    case name, tensors, operations, input, output, layers, errorRanges
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    tensors = try container.decode([Tensor].self, forKey: .tensors)
    operations = try container.decode([Operation].self, forKey: .operations)
    input = try container.decode(TensorID.self, forKey: .input)
    output = try container.decode(TensorID.self, forKey: .output)
    layers = try container.decode([Layer].self, forKey: .layers)
    errorRanges = try container.decode([ErrorRange].self, forKey: .errorRanges)
    data = []
  }
}

/// A layer with weights: the unit of update plans, reports and export.
package struct Layer: Hashable, Sendable, Codable {
  /// The name of its output tensor in the model file.
  package var name: String
  /// Where the weights stand in the model file.
  package var weights: FileTensor
  /// nil when the model has no bias there (the graph then holds zeros, which are never trained).
  package var bias: FileTensor?
  /// The layer's channels (`Weighting.channels`) by their numbers in the model file, in the order in which the graph's
  /// weights hold them, depthwise biases, too; nil for the file's own order.
  package var channelOrder: [Int]?

  package init(name: String, weights: FileTensor, bias: FileTensor?, channelOrder: [Int]? = nil) {
    self.name = name
    self.weights = weights
    self.bias = bias
    self.channelOrder = channelOrder
  }
}

/// The place of a tensor's bytes in the model file.
package struct FileTensor: Hashable, Sendable, Codable {
  package var name: String
  package var dataOffset: Int
  package var dataBytes: Int
  /// Offset of its scale vector (Float32, little endian).
  package var scaleOffset: Int
  package var scaleCount: Int

  package init(
    name: String, dataOffset: Int, dataBytes: Int, scaleOffset: Int, scaleCount: Int
  ) {
    self.name = name
    self.dataOffset = dataOffset
    self.dataBytes = dataBytes
    self.scaleOffset = scaleOffset
    self.scaleCount = scaleCount
  }
}
