/// A TFLite model in a few lines, to be changed by one detail and imported.
struct ModelSketch: Sendable {
  struct Tensor: Sendable {
    var name: String
    var shape: [Int]
    var signature: [Int] = []
    /// `TensorType` of the schema: 0 FLOAT32, 2 INT32, 3 UINT8, 9 INT8.
    var type: Int8 = 9
    var data: [UInt8] = []
    var scales: [Float] = [0.5]
    var zeroPoints: [Int] = [0]
    var dimension = 0
  }

  /// An operation behind the first.
  struct Step: Sendable {
    var code: Int32
    var operands: [Int]
    var results: [Int]
    var optionsType: Int8 = 0
    var options: [Int: FlatBufferWriter.Value] = [:]
  }

  var version: Int32 = 3
  var subgraphCount = 1
  var tensors: [Tensor]
  var code: Int32
  var customCode: String?
  var operands: [Int]
  var results: [Int]
  var optionsType: Int8
  /// By slot; all fields are numbers.
  var options: [Int: FlatBufferWriter.Value]
  var following: [Step] = []
  var input = [0]
  var output: [Int]

  func bytes() -> [UInt8] {
    var buffers: [FlatBufferWriter.Value] = [.table([:])]
    let tensors = tensors.map { tensor in
      if !tensor.data.isEmpty { buffers.append(.table([0: .bytes(tensor.data)])) }
      return Self.table(tensor, buffer: tensor.data.isEmpty ? 0 : buffers.count - 1)
    }
    let first = Step(code: code, operands: operands, results: results, optionsType: optionsType, options: options)
    let steps = [first] + following
    let operations = steps.enumerated().map { index, step in
      FlatBufferWriter.Value.table([
        0: .int32(Int32(index)), 1: .int32s(step.operands), 2: .int32s(step.results), 3: .int8(step.optionsType),
        4: .table(step.options),
      ])
    }
    let graph = FlatBufferWriter.Value.table([
      0: .tables(tensors), 1: .int32s(input), 2: .int32s(output), 3: .tables(operations),
    ])
    let codes = steps.map { step in
      var code: [Int: FlatBufferWriter.Value] = [0: .int8(Int8(min(step.code, 127))), 3: .int32(step.code)]
      code[1] = customCode.map { .string($0) }
      return FlatBufferWriter.Value.table(code)
    }
    return FlatBufferWriter.file(
      .table([
        0: .int32(version), 1: .tables(codes),
        2: .tables(Array(repeating: graph, count: subgraphCount)), 4: .tables(buffers),
      ]), identifier: "TFL3")
  }

  private static func table(_ tensor: Tensor, buffer: Int) -> FlatBufferWriter.Value {
    var fields: [Int: FlatBufferWriter.Value] = [
      0: .int32s(tensor.shape), 1: .int8(tensor.type), 2: .int32(Int32(buffer)), 3: .string(tensor.name),
    ]
    if !tensor.signature.isEmpty { fields[7] = .int32s(tensor.signature) }
    if !tensor.scales.isEmpty {
      fields[4] = .table([
        2: .floats(tensor.scales), 3: .int64s(tensor.zeroPoints), 6: .int32(Int32(tensor.dimension)),
      ])
    }
    return .table(fields)
  }
}

extension ModelSketch {
  /// 4×4×2 -> 3×3 kernels, SAME, RELU6 -> 4×4×3.
  static let conv2D = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 4, 4, 2]), weights([3, 3, 3, 2], channels: 3, dimension: 0), bias(3),
      Tensor(name: "y", shape: [1, 4, 4, 3], scales: [0.25], zeroPoints: [-10]),
    ],
    code: 3, operands: [0, 1, 2], results: [3], optionsType: 1,
    options: [0: .int8(0), 1: .int32(1), 2: .int32(1), 3: .int8(3)], output: [3])

  /// 5×4×2 -> 3×3 kernels, stride 2, VALID, depth multiplier 2 -> 2×1×4.
  static let depthwiseConv2D = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 5, 4, 2]), weights([1, 3, 3, 4], channels: 4, dimension: 3), bias(4),
      Tensor(name: "y", shape: [1, 2, 1, 4]),
    ],
    code: 4, operands: [0, 1, 2], results: [3], optionsType: 2,
    options: [0: .int8(1), 1: .int32(2), 2: .int32(2), 3: .int32(2), 4: .int8(1)], output: [3])

  static let fullyConnected = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 6]), weights([3, 6], channels: 1, dimension: 0),
      bias(3, scales: [0.005]), Tensor(name: "y", shape: [1, 3]),
    ],
    code: 9, operands: [0, 1, 2], results: [3], optionsType: 8, options: [0: .int8(0)], output: [3])

  static let add = elementwise(0, options: 11)

  /// x with itself; 'unused' may become a constant operand.
  static func elementwise(_ code: Int32, options: Int8) -> ModelSketch {
    ModelSketch(
      tensors: [
        Tensor(name: "x", shape: [1, 2, 2, 2]), Tensor(name: "unused", shape: [1]),
        Tensor(name: "y", shape: [1, 2, 2, 2]),
      ],
      code: code, operands: [0, 0], results: [2], optionsType: options, options: [0: .int8(0)], output: [2])
  }

  static func function(
    _ code: Int32, options: Int8 = 0, _ fields: [Int: FlatBufferWriter.Value] = [:]
  ) -> ModelSketch {
    ModelSketch(
      tensors: [Tensor(name: "x", shape: [1, 2, 2, 2]), Tensor(name: "y", shape: [1, 2, 2, 2])],
      code: code, operands: [0], results: [1], optionsType: options, options: fields, output: [1])
  }

  static func pool(_ code: Int32) -> ModelSketch {
    ModelSketch(
      tensors: [Tensor(name: "x", shape: [1, 4, 4, 3]), Tensor(name: "y", shape: [1, 2, 2, 3])],
      code: code, operands: [0], results: [1], optionsType: 5,
      options: [0: .int8(1), 1: .int32(2), 2: .int32(2), 3: .int32(2), 4: .int32(2), 5: .int8(0)], output: [1])
  }

  static let mean = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 4, 4, 3]), constant("axes", [1, 2], shape: [2]), Tensor(name: "y", shape: [1, 3]),
    ],
    code: 40, operands: [0, 1], results: [2], optionsType: 27, options: [:], output: [2])

  static let pad = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 4, 4, 3]), constant("amounts", [0, 0, 1, 2, 3, 0, 0, 0], shape: [4, 2]),
      Tensor(name: "y", shape: [1, 7, 7, 3]),
    ],
    code: 34, operands: [0, 1], results: [2], optionsType: 22, options: [:], output: [2])

  /// RESHAPE, EXPAND_DIMS or SQUEEZE.
  static func reshape(_ code: Int32) -> ModelSketch {
    var sketch = reshape
    sketch.code = code
    return sketch
  }

  /// Two maps behind one another along the channels: x twice.
  static let concatenation = ModelSketch(
    tensors: [Tensor(name: "x", shape: [1, 2, 3, 2]), Tensor(name: "y", shape: [1, 2, 3, 4])],
    code: 2, operands: [0, 0], results: [1], optionsType: 10, options: [0: .int32(-1)], output: [1])

  /// Rows 1 and 3, all but the last column, the second channel alone, whose dimension goes.
  static let stridedSlice = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 5, 4, 2]), constant("begin", [0, 1, 0, 1], shape: [4]),
      constant("end", [1, 5, -1, 2], shape: [4]), constant("strides", [1, 2, 1, 1], shape: [4]),
      Tensor(name: "y", shape: [1, 2, 3]),
    ],
    code: 45, operands: [0, 1, 2, 3], results: [4], optionsType: 32, options: [4: .int32(8)], output: [4])

  /// Row 1 on, two columns.
  static let slice = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 5, 4, 2]), constant("begin", [0, 1, 2, 0], shape: [4]),
      constant("size", [-1, -1, 2, 2], shape: [4]), Tensor(name: "y", shape: [1, 4, 2, 2]),
    ],
    code: 65, operands: [0, 1, 2], results: [3], optionsType: 48, options: [:], output: [3])

  /// 5 rows as 2 and 3; the model's result is the second part.
  static let splitV = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 5, 4, 2]), constant("sizes", [2, 3], shape: [2]), constant("axis", [1], shape: []),
      Tensor(name: "top", shape: [1, 2, 4, 2]), Tensor(name: "y", shape: [1, 3, 4, 2]),
    ],
    code: 102, operands: [0, 1, 2], results: [3, 4], optionsType: 79, options: [:], output: [4])

  static let transpose = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 5, 4, 2]), constant("permutation", [0, 3, 1, 2], shape: [4]),
      Tensor(name: "y", shape: [1, 2, 5, 4]),
    ],
    code: 39, operands: [0, 1], results: [2], optionsType: 26, options: [:], output: [2])

  static let quantize = ModelSketch(
    tensors: [Tensor(name: "x", shape: [1, 5]), Tensor(name: "y", shape: [1, 5], scales: [0.25], zeroPoints: [3])],
    code: 114, operands: [0], results: [1], optionsType: 89, options: [:], output: [1])

  /// float -> QUANTIZE -> RELU -> DEQUANTIZE -> float.
  static let floatEnds: ModelSketch = {
    var sketch = ModelSketch(
      tensors: [
        Tensor(name: "reals", shape: [1, 5], type: 0, scales: []), Tensor(name: "x", shape: [1, 5]),
        Tensor(name: "y", shape: [1, 5]), Tensor(name: "result", shape: [1, 5], type: 0, scales: []),
      ],
      code: 114, operands: [0], results: [1], optionsType: 89, options: [:], output: [3])
    sketch.following = [
      Step(code: 19, operands: [1], results: [2]),
      Step(code: 6, operands: [2], results: [3], optionsType: 38),
    ]
    return sketch
  }()

  static let reshape = ModelSketch(
    tensors: [Tensor(name: "x", shape: [1, 4, 4, 3]), Tensor(name: "y", shape: [1, 48])],
    code: 22, operands: [0], results: [1], optionsType: 0, options: [:], output: [1])

  static let softmax = ModelSketch(
    tensors: [
      Tensor(name: "x", shape: [1, 5]), Tensor(name: "y", shape: [1, 5], scales: [1 / 256], zeroPoints: [-128]),
    ],
    code: 25, operands: [0], results: [1], optionsType: 9, options: [0: .float(1)], output: [1])

  private static func weights(_ shape: [Int], channels: Int, dimension: Int) -> Tensor {
    Tensor(
      name: "w", shape: shape, data: (0..<shape.reduce(1, *)).map { UInt8($0) },
      scales: Array(repeating: 0.01, count: channels), zeroPoints: Array(repeating: 0, count: channels),
      dimension: dimension)
  }

  private static func bias(_ channels: Int, scales: [Float]? = nil) -> Tensor {
    Tensor(
      name: "b", shape: [channels], type: 2, data: (0..<4 * channels).map { UInt8($0) },
      scales: scales ?? Array(repeating: 0.005, count: channels), zeroPoints: [0], dimension: 3)
  }

  static func constant(_ name: String, _ numbers: [Int32], shape: [Int]) -> Tensor {
    Tensor(
      name: name, shape: shape, type: 2,
      data: numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> Int32(8 * $0)) } }, scales: []
    )
  }
}
