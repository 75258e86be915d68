import GraphIR

/// Turns a decoded TFLite model into a forward graph, one operation after the other.
///
/// Invariants
///   - What is not supported is refused by name; nothing is approximated, and nothing is left out but the encoding of
///     the sample and the decoding of the result, which are the host's.
///   - Scales are the file's own Float32 values.
///   - A tensor of the file becomes at most one tensor of the graph; bytes of the file that several constants
///     share stand once in `Graph.data`.
///   - The result has passed the graph's verifier.
struct TFLiteImporter {
  let model: TFLiteModel
  var result: Graph
  /// Graph tensors by index in the file.
  var ids: [Int: TensorID] = [:]
  /// Activations that an earlier operation wrote, and the input.
  var written: Set<Int> = []
  /// Offsets in `result.data` by byte range of the file.
  var stored: [Range<Int>: Int] = [:]
  var storedBytes = 0
  /// Zeros for layers without a bias, by channel count.
  var zeroBiases: [Int: TensorID] = [:]
  /// Indices of operations at the model's ends that the graph leaves out: the host does what they do.
  var boundary: Set<Int> = []
  private var names: Set<String> = []

  /// An operation of the file as messages name it.
  struct Site {
    let index: Int
    let operation: TFLiteOperator
    let description: String

    var builtin: TFLiteBuiltin? { TFLiteBuiltin(rawValue: operation.code.builtin) }
  }

  init(model: TFLiteModel, name: String) {
    self.model = model
    result = Graph(
      name: name, tensors: [], operations: [], input: TensorID(0), output: TensorID(0), layers: [], data: [])
  }

  /// - Throws: `ImportError`.
  consuming func graph() throws -> Graph {
    var importer = self
    try importer.verifyOperationsAreKnown()
    try importer.importInput()
    for site in importer.sites where !importer.boundary.contains(site.index) { try importer.importOperation(site) }
    try importer.importOutput()
    try importer.verify()
    return importer.result
  }

  var sites: [Site] {
    model.operators.enumerated().map { index, operation in
      let name = operation.outputs.first.flatMap { model.tensors.indices.contains($0) ? model.tensors[$0].name : nil }
      return Site(
        index: index, operation: operation, description: "operation \(index) (\(operation.code) '\(name ?? "")')")
    }
  }

  private func verifyOperationsAreKnown() throws {
    let unknown = sites.filter { $0.builtin == nil }
    guard let first = unknown.first else { return }
    let others = Set(unknown.map(\.operation.code.description)).subtracting([first.operation.code.description])
    let also = others.isEmpty ? "" : " (and \(others.sorted().joined(separator: ", ")) further on)"
    let known = TFLiteBuiltin.allCases.map { TFLiteBuiltin.name(of: $0.rawValue) }.sorted().joined(separator: ", ")
    throw ImportError.unsupported(
      first.description, found: "\(first.operation.code)\(also), which is not supported", expected: "one of \(known)",
      advice: Self.advice(for: first.operation.code.description))
  }

  private static func advice(for operation: String) -> String {
    switch operation {
    case "ELU", "GELU", "PRELU", "ABS", "NEG", "SQUARE", "EXP", "LOG", "SQRT", "RSQRT", "RELU_0_TO_1":
      "use RELU, RELU6, LEAKY_RELU, HARD_SWISH, LOGISTIC or TANH as activation"
    case "DIV": "multiply by the reciprocal"
    case "SHAPE", "PACK":
      "convert the model with a fixed batch of 1, so that shapes are constants"
    default: "rebuild the model without it"
    }
  }

  private mutating func importOperation(_ site: Site) throws {
    guard let builtin = site.builtin else {
      preconditionFailure("\(site.description) passed the check for known operations")
    }
    switch builtin {
    case .conv2D: try importConv2D(site)
    case .depthwiseConv2D: try importDepthwiseConv2D(site)
    case .fullyConnected: try importFullyConnected(site)
    case .add: try importSum(site) { .add($0) }
    case .sub: try importSum(site) { .subtract($0) }
    case .mul: try importMul(site)
    case .relu: try importRelu(site, .relu)
    case .reluN1To1: try importRelu(site, .reluN1To1)
    case .relu6: try importRelu(site, .relu6)
    case .leakyRelu: try importLeakyRelu(site)
    case .hardSwish: try importHardSwish(site)
    case .logistic: try importLogistic(site)
    case .tanh: try importTanh(site)
    case .averagePool2D: try importPool(site) { .averagePool2D($0, $1) }
    case .maxPool2D: try importPool(site) { .maxPool2D($0, $1) }
    case .mean: try importMean(site)
    case .pad: try importPad(site)
    case .reshape, .expandDims, .squeeze: try importReshape(site)
    case .concatenation: try importConcatenation(site)
    case .slice: try importSlice(site)
    case .stridedSlice: try importStridedSlice(site)
    case .split: try importSplit(site)
    case .splitV: try importSplitV(site)
    case .transpose: try importTranspose(site)
    case .quantize: try importQuantize(site)
    case .dequantize: try importDequantize(site)
    case .softmax: try importSoftmax(site)
    }
  }

  private func verify() throws {
    do {
      try result.verify()
    } catch let error as GraphError {
      throw ImportError.unsupported(
        "model '\(result.name)'", found: error.description, expected: "a consistent graph",
        advice: "convert the model again")
    }
  }

  /// The name itself, or with a number behind it when an earlier tensor has it.
  mutating func unique(_ name: String, index: Int) -> String {
    let base = name.isEmpty ? "tensor\(index)" : name
    var candidate = base
    var number = 2
    while !names.insert(candidate).inserted {
      candidate = "\(base)_\(number)"
      number += 1
    }
    return candidate
  }
}
