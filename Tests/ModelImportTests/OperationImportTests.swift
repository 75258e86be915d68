import GraphIR
import ModelImport
import Testing

/// Each operation from a model of one operation: what it becomes, and what is refused with which sentence.
@Suite struct OperationImportTests {
  typealias Change = @Sendable (inout ModelSketch) -> Void
  typealias Step = ModelSketch.Step

  struct Row: Sendable, CustomStringConvertible {
    let base: ModelSketch
    let change: Change
    let sentence: String

    init(_ base: ModelSketch, _ sentence: String, _ change: @escaping Change) {
      self.base = base
      self.change = change
      self.sentence = sentence
    }

    var description: String { sentence }
  }

  private func imported(_ sketch: ModelSketch) throws -> Graph {
    try ModelImporter.graph(of: sketch.bytes(), name: "sketch")
  }

  private static let conv = Weighting(
    clamp: Clamp(minimum: -10, maximum: 14), weightScales: [0.01, 0.01, 0.01], inputScale: 0.5, channels: 2)
  private static let depthwise = Weighting(
    clamp: Clamp(minimum: 0), weightScales: [0.01, 0.01, 0.01, 0.01], inputScale: 0.5, channels: 4)
  private static let dense = Weighting(clamp: Clamp(), weightScales: [0.01], inputScale: 0.5, channels: 6)
  private static let poolWindow = Window(kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2)

  private static let kinds: [(ModelSketch, OperationKind)] = [
    (.conv2D, .conv2D(Window(kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1), conv)),
    (
      .depthwiseConv2D,
      .depthwiseConv2D(
        Window(kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 2), depthwise, multiplier: 2)
    ),
    (.fullyConnected, .fullyConnected(dense)),
    (.add, .add(Clamp())),
    (.elementwise(41, options: 28), .subtract(Clamp())),
    (.elementwise(18, options: 21), .multiply(Clamp())),
    (.function(19), .lookup(.clamp(Clamp(minimum: 0)))),
    (.function(20), .lookup(.clamp(Clamp(minimum: -2, maximum: 2)))),
    (.function(21), .lookup(.clamp(Clamp(minimum: 0, maximum: 12)))),
    (.function(28), .lookup(.tanh)),
    (.function(98, options: 75, [0: .float(0.25)]), .lookup(.leakyRelu(alpha: 0.25))),
    (.function(117, options: 91), .lookup(.hardSwish)),
    (.pool(1), .averagePool2D(poolWindow, Clamp())),
    (.pool(17), .maxPool2D(poolWindow, Clamp())),
    (.mean, .mean(dimensions: 1..<3)),
    (.pad, .pad(before: [0, 1, 3, 0])),
    (.reshape, .reshape), (.reshape(43), .reshape), (.reshape(70), .reshape),
    (.concatenation, .concatenate(axis: 3)),
    (.slice, .slice(begin: [0, 1, 2, 0], strides: [1, 1, 1, 1])),
    (.transpose, .transpose(permutation: [0, 3, 1, 2])),
    (.quantize, .rescale),
    (.floatEnds, .lookup(.clamp(Clamp(minimum: 0)))),
    (.softmax, .softmax(beta: 1)),
  ]

  @Test(arguments: kinds) func operation_keepsItsParameters(sketch: ModelSketch, kind: OperationKind) throws {
    let graph = try imported(sketch)
    #expect(graph.operations.map(\.kind) == [kind])
    #expect(graph[graph.input].name == "x")
    #expect(graph[graph.output].name == "y")
  }

  @Test func stridedSlice_dropsTheDimensionThatShrinks() throws {
    let graph = try imported(.stridedSlice)
    #expect(graph.operations.map(\.kind) == [.slice(begin: [0, 1, 0, 1], strides: [1, 2, 1, 1]), .reshape])
    #expect(graph[graph.operations[0].outputs[0]].shape == [1, 2, 3, 1])
  }

  @Test func split_becomesASliceForEachPart() throws {
    let graph = try imported(.splitV)
    let ones = [1, 1, 1, 1]
    #expect(
      graph.operations.map(\.kind) == [.slice(begin: [0, 0, 0, 0], strides: ones), .slice(begin: [0, 2, 0, 0], strides: ones)])
  }

  @Test func transpose_ofDimensionsOfOneElementIsAReshape() throws {
    var sketch = ModelSketch.transpose
    sketch.tensors[0].shape = [1, 5, 1, 2]
    sketch.tensors[1].data = [0, 2, 1, 3].flatMap { [$0, 0, 0, 0] }
    sketch.tensors[2].shape = [1, 1, 5, 2]
    #expect(try imported(sketch).operations.map(\.kind) == [.reshape])
  }

  private static let accepted: [Row] = [
    Row(.floatEnds, "uint8 ends whose codes are 128 higher") { sketch in
      for index in [0, 3] {
        sketch.tensors[index].type = 3
        sketch.tensors[index].scales = [0.5]
        sketch.tensors[index].zeroPoints = [128]
      }
      sketch.following[1].code = 114
    },
    Row(.mean, "over time alone") {
      $0.tensors[0].shape = [1, 4, 3]
      $0.tensors[1].shape = [1]
      $0.tensors[1].data = [1, 0, 0, 0]
    },
    Row(.pad, "three dimensions") {
      $0.tensors[0].shape = [1, 4, 3]
      $0.tensors[1] = ModelSketch.constant("amounts", [0, 0, 2, 1, 0, 0], shape: [3, 2])
      $0.tensors[2].shape = [1, 7, 3]
    },
    Row(.conv2D, "no bias") { $0.operands[2] = -1 },
    Row(.conv2D, "no bias operand") { $0.operands.removeLast() },
    Row(.conv2D, "one scale for all channels") {
      $0.tensors[1].scales = [0.01]
      $0.tensors[2].scales = [0.005]
    },
    Row(.conv2D, "a bias without scale") { $0.tensors[2].scales = [] },
    Row(.conv2D, "an unknown batch") {
      $0.tensors[0].shape[0] = -1
      $0.tensors[0].signature = [-1, 4, 4, 2]
    },
    Row(.conv2D, "the names of others") { sketch in for index in 0..<4 { sketch.tensors[index].name = "y" } },
    Row(.conv2D, "no names") { sketch in for index in 0..<4 { sketch.tensors[index].name = "" } },
    Row(.fullyConnected, "several rows") {
      $0.tensors[0].shape = [1, 2, 2, 6]
      $0.tensors[3].shape = [4, 3]
    },
    Row(.add, "a constant vector of channels") {
      $0.tensors[1].shape = [2]
      $0.tensors[1].data = [1, 2]
      $0.operands[1] = 1
    },
    Row(.elementwise(18, options: 21), "a constant without dimensions") {
      $0.tensors[1].shape = []
      $0.tensors[1].data = [1]
      $0.operands[1] = 1
    },
    Row(.function(14), "a logistic function") {
      $0.tensors[1].scales = [1 / 256]
      $0.tensors[1].zeroPoints = [-128]
    },
    Row(.mean, "kept dimensions, negative axes") {
      $0.tensors[2].shape = [1, 1, 1, 3]
      $0.tensors[1].data = [254, 255, 255, 255, 253, 255, 255, 255]
    },
  ]

  @Test(arguments: accepted) func variant_isImported(row: Row) throws {
    var sketch = row.base
    row.change(&sketch)
    let graph = try imported(sketch)
    #expect(Set(graph.tensors.map(\.name)).count == graph.tensors.count)
    #expect(graph.tensors.allSatisfy { !$0.name.isEmpty })
  }

  @Test func absentBias_becomesZerosThatAreNotInTheFile() throws {
    var sketch = ModelSketch.conv2D
    sketch.operands[2] = -1
    let graph = try imported(sketch)
    #expect(graph.layers[0].bias == nil)
    #expect(graph.bytes(of: graph.operations[0].inputs[2]).map(Array.init) == Array(repeating: 0, count: 12))
  }

  /// Of an activation, of weights in one channel, of a bias.
  private static let scales: [Row] = [0, -1, .nan, .infinity, 1e-38, 1e38].flatMap { (scale: Float) in
    [
      Row(.conv2D, "tensor 'x': found scale \(scale) at 0") { $0.tensors[0].scales[0] = scale },
      Row(.conv2D, "scale \(scale) at 1") { $0.tensors[1].scales[1] = scale },
      Row(.conv2D, "bias 'b': found scale \(scale) at 2") { $0.tensors[2].scales[2] = scale },
    ]
  }

  private static let refused: [Row] = [
    Row(.conv2D, "found TFLite schema version 2") { $0.version = 2 },
    Row(.conv2D, "found 2 subgraphs") { $0.subgraphCount = 2 },
    Row(.conv2D, "found 2 inputs and 1 outputs") { $0.input = [0, 0] },
    Row(.conv2D, "model input: found tensor 9, expected an index from 0 to 3") { $0.input = [9] },
    Row(.conv2D, "model output 'x': found a tensor that no operation writes") { $0.output = [0] },
    Row(.conv2D, "operation 0 (CUSTOM 'Mine' 'y'): found CUSTOM 'Mine', which is not supported") {
      $0.code = 32
      $0.customCode = "Mine"
    },
    Row(.conv2D, "found DIV, which is not supported, expected one of ADD, AVERAGE_POOL_2D, CONCATENATION") { $0.code = 42 },
    Row(.conv2D, "found operation code 300, which is not supported") { $0.code = 300 },
    Row(.conv2D, "operation 0 (CONV_2D 'y'): found tensor 7") { $0.operands[1] = 7 },
    Row(.conv2D, "operation 0 (CONV_2D 'y'): found no input 1 among 1") { $0.operands = [0] },
    Row(.conv2D, "found input 'y', which no earlier operation writes") { $0.operands[0] = 3 },
    Row(.conv2D, "tensor 'x': found a second operation that writes it") { $0.results = [0] },
    Row(.conv2D, "found 0 outputs, expected 1") { $0.results = [] },
    Row(.conv2D, "found an unknown extent in dimension 2") { $0.tensors[0].signature = [-1, 4, -1, 2] },
    Row(.conv2D, "found the shape [1, 4, 0, 2]") { $0.tensors[0].shape[2] = 0 },
    Row(.conv2D, "found the shape [1, 2147483647, 2147483647, 2]") {
      $0.tensors[0].shape = [1, 2_147_483_647, 2_147_483_647, 2]
    },
    Row(.conv2D, "tensor 'y': found FLOAT32, expected INT8") { $0.tensors[3].type = 0 },
    Row(.conv2D, "weights 'w': found FLOAT32, expected INT8") { $0.tensors[1].type = 0 },
    Row(.conv2D, "tensor 'x': found UINT8, expected INT8") { $0.tensors[0].type = 3 },
    Row(.conv2D, "tensor 'x': found no scale") { $0.tensors[0].scales = [] },
    Row(.conv2D, "tensor 'x': found 2 scales, expected 1 for an activation") { $0.tensors[0].scales = [1, 1] },
    Row(.conv2D, "tensor 'x': found zero point 128") { $0.tensors[0].zeroPoints = [128] },
    Row(.conv2D, "weights 'w': found 2 per-channel scales, expected 3 (one for each output channel)") {
      $0.tensors[1].scales.removeLast()
    },
    Row(.conv2D, "weights 'w': found scales along dimension 3, expected dimension 0") { $0.tensors[1].dimension = 3 },
    Row(.conv2D, "found a zero point that is not 0, expected symmetric weights") { $0.tensors[1].zeroPoints[2] = 3 },
    Row(.conv2D, "found 53 B of data, expected 54 B for [3, 3, 3, 2]") { $0.tensors[1].data.removeLast() },
    Row(.conv2D, "weights 'w': found a computed tensor, expected a constant") { $0.tensors[1].data = [] },
    Row(.conv2D, "found weights for 1 input channels, input with 2") {
      $0.tensors[1].shape = [3, 3, 3, 1]
      $0.tensors[1].data.removeLast(27)
    },
    Row(.conv2D, "bias 'b': found 2 numbers, expected 3") {
      $0.tensors[2].shape = [2]
      $0.tensors[2].data.removeLast(4)
    },
    Row(.conv2D, "bias 'b': found INT64, expected INT32") { $0.tensors[2].type = 4 },
    Row(.conv2D, "bias 'b': found scale 0.5 at 0") { $0.tensors[2].scales = [0.5, 0.5, 0.5] },
    Row(.conv2D, "found output height 5 for input height 4") { $0.tensors[3].shape[1] = 5 },
    Row(.conv2D, "found stride width 0") { $0.options[1] = .int32(0) },
    Row(.conv2D, "found padding 7") { $0.options[0] = .int8(7) },
    Row(.conv2D, "found fused activation 4") { $0.options[3] = .int8(4) },
    Row(.conv2D, "found options of type 2, expected type 1") { $0.optionsType = 2 },
    Row(.conv2D, "found scales that make one accumulator unit in output codes") { $0.tensors[3].scales = [1e-20] },
    Row(.depthwiseConv2D, "found weights [1, 3, 3, 4] and depth multiplier 3") { $0.options[3] = .int32(3) },
    Row(.fullyConnected, "found output [1, 268435456], expected 3 channels, as the weights have") {
      $0.tensors[3].shape = [1, 1 << 28]
      $0.operands[2] = -1
    },
    Row(.fullyConnected, "found weights format 1") { $0.options[1] = .int8(1) },
    Row(.fullyConnected, "expected rows of 6 elements in, as many rows out") { $0.tensors[0].shape = [1, 7] },
    Row(.add, "found shapes [1, 2, 2, 1] and [1, 2, 2, 1] for [1, 2, 2, 2]") {
      $0.tensors[0].shape = [1, 2, 2, 1]
    },
    Row(.add, "found two constants, expected at least one computed tensor") {
      $0.tensors[1].data = [1]
      $0.operands = [1, 1]
    },
    Row(.add, "constant 'unused': found INT32, expected INT8") {
      $0.tensors[1].data = [1, 0, 0, 0]
      $0.tensors[1].type = 2
      $0.operands[1] = 1
    },
    Row(.add, "constant 'unused': found 2 B of data, expected 1 B for [1]") {
      $0.tensors[1].data = [1, 2]
      $0.operands[1] = 1
    },
    Row(.elementwise(18, options: 21), "found scales that make one unit of the product") { $0.tensors[2].scales = [1e-8] },
    Row(.function(19), "found scales that make one input code in output codes") { $0.tensors[1].scales = [1e-8] },
    Row(.function(19), "found [1, 2, 2, 2] in and [1, 2, 2, 1] out, expected one shape") { $0.tensors[1].shape[3] = 1 },
    Row(.function(98, options: 75, [0: .float(-0.5)]), "found alpha -0.5, expected a number from 0 on") { _ in },
    Row(.function(98, options: 75, [0: .float(.nan)]), "found alpha nan") { _ in },
    Row(.function(117, options: 91), "found scales that make one input code in output codes 249.9") {
      $0.tensors[1].scales = [0.002]
    },
    Row(.function(14), "found output scale 0.5, expected scale 1/256 and zero point -128") { _ in },
    Row(.function(111), "found ELU, which is not supported") { _ in },
    Row(.add, "found scales that make the output's factor") { $0.tensors[2].scales = [1e-10] },
    Row(.pool(1), "found scale 0.5, zero point 0 in and scale 0.25, zero point 0 out") {
      $0.tensors[1].scales = [0.25]
    },
    Row(.pool(17), "found output width 3 for input width 4") { $0.tensors[1].shape[2] = 3 },
    Row(.mean, "found a mean over the dimensions [1, 3] of [1, 4, 4, 3]") { $0.tensors[1].data[4] = 3 },
    Row(.mean, "found dimension 7 of 4, expected -4 to 3") { $0.tensors[1].data[4] = 7 },
    Row(.mean, "found a mean over 262144 elements, expected at most 65536") { $0.tensors[0].shape = [1, 512, 512, 3] },
    Row(.concatenation, "found scale 0.5, zero point 0 in and scale 0.25, zero point 0 out") {
      $0.tensors[1].scales = [0.25]
    },
    Row(.concatenation, "found the parts [[1, 2, 3, 2], [1, 2, 3, 2]] of [1, 2, 3, 5] along dimension 3") {
      $0.tensors[1].shape[3] = 5
    },
    Row(.concatenation, "found dimension 4 of 4") { $0.options[0] = .int32(4) },
    Row(.concatenation, "found fused activation 1") { $0.options[1] = .int8(1) },
    Row(.concatenation, "found input 'y', which no earlier operation writes") { $0.operands[1] = 1 },
    Row(.stridedSlice, "found stride -2 in dimension 1, expected a positive stride; reverse the data") {
      $0.tensors[3] = ModelSketch.constant("strides", [1, -2, 1, 1], shape: [4])
    },
    Row(.stridedSlice, "found an ellipsis, a new axis or an offset") { $0.options[2] = .int32(1) },
    Row(.stridedSlice, "found output [1, 3, 3], expected [1, 2, 3, 1]") { $0.tensors[4].shape = [1, 3, 3] },
    Row(.stridedSlice, "expected as many of each") { $0.tensors[2] = ModelSketch.constant("end", [1], shape: [1]) },
    Row(.slice, "found output [1, 4, 2, 2], expected") {
      $0.tensors[1] = ModelSketch.constant("begin", [0, 9, 2, 0], shape: [4])
    },
    Row(.slice, "found begin [0, 1] and size") { $0.tensors[1] = ModelSketch.constant("begin", [0, 1], shape: [2]) },
    Row(.splitV, "found the parts [[1, 2, 4, 2], [1, 4, 4, 2]] of [1, 5, 4, 2]") { $0.tensors[4].shape[1] = 4 },
    Row(.transpose, "transposed by [0, 3, 3, 2]") { $0.tensors[1].data[8] = 3 },
    Row(.transpose, "that no four dimensions describe, expected at most four that move apart") {
      $0.tensors[0].shape = [2, 2, 2, 2, 2]
      $0.tensors[1] = ModelSketch.constant("permutation", [4, 3, 2, 1, 0], shape: [5])
      $0.tensors[2].shape = [2, 2, 2, 2, 2]
    },
    Row(.quantize, "found [1, 5] in and [1, 6] out") { $0.tensors[1].shape[1] = 6 },
    Row(.quantize, "one input code in output codes") { $0.tensors[1].scales = [1e-20] },
    Row(.floatEnds, "a way from int8 to float within the model, read by operation 2 (RELU 'y')") {
      $0.following = [
        Step(code: 6, operands: [1], results: [3], optionsType: 38), Step(code: 19, operands: [3], results: [2]),
      ]
      $0.output = [2]
    },
    Row(.floatEnds, "model input, tensor 'reals': found FLOAT32, expected INT8") { $0.following[0].operands = [0] },
    Row(.floatEnds, "found scale 0.5, zero point 7, expected those of 'x', the zero point 128 higher") {
      $0.tensors[0].type = 3
      $0.tensors[0].scales = [0.5]
      $0.tensors[0].zeroPoints = [7]
    },
    Row(.conv2D, "weights 'w': found UINT8 weights with zero point 9, -9...44 steps of real zero") {
      $0.tensors[0].type = 3
      $0.tensors[1].type = 3
      $0.tensors[1].zeroPoints = [9, 9, 9]
    },
    // Tensors in a circle, and tensors that nothing leads to.
    Row(.floatEnds, "operation 0 (RELU 'y'): found input 'x', which no earlier operation writes") {
      $0.tensors[0] = ModelSketch.Tensor(name: "reals", shape: [1, 5])
      ($0.code, $0.operands, $0.results, $0.optionsType) = (19, [1], [2], 0)
      $0.following = [Step(code: 19, operands: [2], results: [1])]
      $0.output = [2]
    },
    Row(.floatEnds, "tensor 'y': found a second operation that writes it") {
      $0.following.insert(Step(code: 19, operands: [1], results: [2]), at: 0)
    },
    Row(.conv2D, "model output 'b': found a tensor that no operation writes") { $0.output = [2] },
    Row(.conv2D, "model output: found tensor -4") { $0.output = [-4] },
    Row(.mean, "tensor 'axes': found INT64, expected INT32") { $0.tensors[1].type = 4 },
    Row(.pad, "found output [1, 7, 8, 3], expected [1, 7, 7, 3]") { $0.tensors[2].shape[2] = 8 },
    Row(.reshape, "found [1, 4, 4, 3] reshaped to [1, 47]") { $0.tensors[1].shape = [1, 47] },
    Row(.softmax, "with scale 1/256 and zero point -128") { $0.tensors[1].scales = [0.01] },
    Row(.softmax, "found beta -1.0 with input scale 0.5") { $0.options[0] = .float(-1) },
    Row(.softmax, "found beta nan with input scale 0.5") { $0.options[0] = .float(.nan) },
  ]

  @Test(arguments: refused + scales) func detail_isRefusedBySentence(row: Row) throws {
    var sketch = row.base
    row.change(&sketch)
    let error = #expect(throws: ImportError.self) { try imported(sketch) }
    #expect(error?.description.contains(row.sentence) == true, "\(error?.description ?? "")")
  }
}
