import GraphIR
import MemoryPlanning

/// What operations need to know to write themselves as C: names, places, and constants that are shared.
struct EmissionContext {
  let graph: Graph
  let names: CNames
  private let countedLayers: [Int]
  let offsets: [TensorID: Int]
  let scratchOffsets: [Int: Int]
  /// Definitions of constants in order of first use.
  private(set) var definitions: [Definition] = []
  private(set) var headers: Set<String> = []
  /// What a map is called inside of a chain that runs row by row, while that is written.
  private var rowNames: [TensorID: String] = [:]
  private var namesByContent: [String: String] = [:]
  /// Names at file scope that the emitter uses itself.
  private var takenNames: Set<String> = ["initial_biases", "initial_weights", "initial_ranges"]

  struct Definition {
    var declaration: String
    var items: [String]
  }

  init(graph: Graph, layout: ArenaLayout) {
    self.graph = graph
    names = CNames(graph)
    countedLayers = StateLayout(graph).countedLayers
    offsets = layout.offsets()
    scratchOffsets = layout.scratchOffsets()
  }

  mutating func include(_ header: String) { headers.insert(header) }

  /// `static const TYPE NAME = { ITEMS };`, once for equal contents. Returns the name in force.
  mutating func constant(_ type: String, _ name: String, _ items: [String], isArray: Bool = false) -> String {
    let content = "\(type) \(isArray) \(items)"
    if let existing = namesByContent[content] { return existing }
    var unique = name
    var count = 1
    while !takenNames.insert(unique).inserted {
      count += 1
      unique = "\(name)_\(count)"
    }
    namesByContent[content] = unique
    let bounds = isArray ? "[\(items.count)]" : ""
    definitions.append(Definition(declaration: "static const \(type) \(unique)\(bounds) = {", items: items))
    return unique
  }

  mutating func array(_ type: String, _ name: String, _ values: [some BinaryInteger]) -> String {
    constant(type, name, values.map { "\($0)" }, isArray: true)
  }

  // MARK: Expressions

  /// The C expression for a tensor's data.
  func data(_ id: TensorID) -> String {
    if let row = rowNames[id] { return row }
    let tensor = graph[id]
    let name = names.tensors[id.index]
    switch tensor.storage {
    case .constant: return names.constant(id, .plain)
    case .state(.bias, _): return "biases.\(name)"
    case .state(.weight, _): return "weights.\(name)"
    case .state(.residual, _): return "residuals.\(name)"
    case .state(.velocity, _): return "velocities.\(name)"
    case .input, .value: return "t.\(name)"
    }
  }

  /// The address of a tensor in the arena, as a constant expression.
  func place(_ id: TensorID) -> String {
    guard let offset = offsets[id] else { preconditionFailure("'\(graph[id].name)' has no place in the arena") }
    return "(\(pointer(id)))(arena + \(offset))"
  }

  func pointer(_ id: TensorID) -> String {
    switch graph[id].element {
    case .int8: "int8_t *"
    case .int16: "int16_t *"
    case .int32: "int32_t *"
    case .uint8, .bit: "uint8_t *"
    }
  }

  /// Elements that a call works on: the tensor's, or one row's.
  func elementCount(_ id: TensorID) -> Int {
    rowNames[id] == nil ? graph[id].elementCount : graph[id].elementCount / graph[id].shape[1]
  }

  /// Runs `body` while these maps go by the names of their rows.
  mutating func naming<Result>(_ names: [TensorID: String], _ body: (inout EmissionContext) -> Result) -> Result {
    rowNames = names
    defer { rowNames = [:] }
    return body(&self)
  }

  func range(_ id: TensorID) -> String {
    guard let range = graph[id].errorRange else { preconditionFailure("'\(graph[id].name)' has no range") }
    return "&ranges[\(range)]"
  }

  func limit(_ id: TensorID) -> String {
    guard let range = graph[id].errorRange else { preconditionFailure("'\(graph[id].name)' has no range") }
    return "\(graph.errorRanges[range].limit)"
  }

  func scratch(_ type: String = "int16_t", at position: Int) -> String {
    guard let offset = scratchOffsets[position] else { return "0" }
    return "(\(type) *)(arena + \(offset))"
  }

  func quantization(_ id: TensorID) -> Quantization {
    guard let quantization = graph[id].quantization else {
      preconditionFailure("'\(graph[id].name)' has no quantization")
    }
    return quantization
  }

  func scale(_ id: TensorID) -> Float { quantization(id).scales[0] }
  func zeroPoint(_ id: TensorID) -> Int32 { quantization(id).zeroPoint }

  /// Where the updates of an operation's layer are counted.
  func counts(_ operation: Operation) -> String {
    guard let layer = operation.layer, let place = countedLayers.firstIndex(of: layer) else {
      preconditionFailure("'\(operation.name)' is no update of a layer")
    }
    return "&counters[\(place)]"
  }

  /// The planes of a trained tensor, [weight, planes of the rule…], as a `struct weight_planes`.
  func planes(_ tensors: [TensorID], _ rule: UpdateRule) -> String {
    var fields = [".weight = \(data(tensors[0]))"]
    for plane in tensors.dropFirst() {
      guard case .state(let kind, _) = graph[plane].storage else {
        preconditionFailure("'\(graph[plane].name)' is no state")
      }
      fields.append(".\(kind.rawValue) = \(data(plane))")
    }
    if rule.storage == .stochastic {
      fields += [".random_key = random_key(header.seed, header.step, \(tensors[0].index))", ".rounds_randomly = true"]
    }
    return "(struct weight_planes){\(fields.joined(separator: ", "))}"
  }

  /// The two planes of a layer's weights as a `struct weights_s8`.
  func weights(_ weighting: Weighting, _ inputs: [TensorID]) -> String {
    weights(trained: weighting.planes(inputs).trained, frozen: weighting.planes(inputs).frozen.map(data))
  }

  /// The same with the frozen plane in panels.
  func forwardWeights(_ weighting: Weighting, _ inputs: [TensorID]) -> String {
    let (trained, frozen) = weighting.planes(inputs)
    let panels = frozen.map { names.constant($0, .forwardPanels(WeightPanels(forward: graph[$0].shape))) }
    return weights(trained: trained, frozen: panels)
  }

  /// The same for the gradient of a convolution's input.
  func backwardWeights(_ weighting: Weighting, _ inputs: [TensorID]) -> String {
    let (trained, frozen) = weighting.planes(inputs)
    return weights(trained: trained, frozen: frozen.map { names.constant($0, .backwardPanels) })
  }

  private func weights(trained: TensorID?, frozen: String?) -> String {
    let fields = [("trained", trained.map(data)), ("frozen", frozen)].compactMap { name, data in data.map { ".\(name) = \($0)" } }
    return "(struct weights_s8){\(fields.joined(separator: ", "))}"
  }
}
