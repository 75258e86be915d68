import GraphIR

/// A plan applied to a model: what each layer trains. Its text is the plan's identity.
package struct ResolvedUpdatePlan: Hashable, Sendable {
  package struct LayerUpdate: Hashable, Sendable {
    package var bias: Bool
    /// How many of `Weighting.channels` have weights that learn.
    package var trainedChannels: Int
    /// Which, ascending; empty where they are the first.
    package var chosenChannels: [Int] = []
  }

  /// One for each of the graph's layers.
  package var layers: [LayerUpdate]
  /// How all of them take their steps.
  package var rule: UpdateRule

  package static let nothing = LayerUpdate(bias: false, trainedChannels: 0)

  /// - Parameters:
  ///   - storage, velocity: in place of what the plan says.
  ///   - scaling: of weight gradients.
  /// - Throws: `UpdatePlanError` that names the layer a plan asks for and the model lacks, or what does not go together.
  package init(
    _ plan: UpdatePlan, for graph: Graph, storage: WeightStorage? = nil, velocity: Bool? = nil,
    scaling: GradientScaling = .quantizationAware
  ) throws {
    rule = try UpdateRule(plan, storage: storage, velocity: velocity, scaling: scaling)
    let channels = graph.channelsByLayer()
    guard plan == .none || !channels.isEmpty else {
      throw UpdatePlanError("the model: found no layer with weights, expected one to train; use the plan none")
    }
    let everything = channels.map { LayerUpdate(bias: true, trainedChannels: $0) }
    layers = Array(repeating: Self.nothing, count: channels.count)
    switch plan {
    case .none: break
    case .full: layers = everything
    case .biasOnly: layers = channels.map { _ in LayerUpdate(bias: true, trainedChannels: 0) }
    case .lastLayer: layers[channels.count - 1] = everything[channels.count - 1]
    case .sparse(let sparse): try apply(sparse, to: graph, everything: everything)
    }
    freezeSharedParameters(graph)
  }

  /// Layers that read the same bytes of the model file (converters merge equal constants) cannot learn apart: what is
  /// swept in stays frozen. A plan file that names such a parameter was refused before.
  private mutating func freezeSharedParameters(_ graph: Graph) {
    let shared = graph.sharedParameterOffsets()
    for index in layers.indices {
      let layer = graph.layers[index]
      if shared.contains(layer.weights.dataOffset) { (layers[index].trainedChannels, layers[index].chosenChannels) = (0, []) }
      if layer.bias.map({ shared.contains($0.dataOffset) }) ?? true { layers[index].bias = false }
    }
  }

  private mutating func apply(_ plan: SparsePlan, to graph: Graph, everything: [LayerUpdate]) throws {
    let last = layers.count - 1
    switch plan.biases {
    case nil: break
    case .last(let count):
      guard (0...last).contains(count) else {
        throw UpdatePlanError("biases.last: found \(count), expected 0 to \(last), the layers before the classifier")
      }
      for index in (last - count)..<last { layers[index].bias = true }
    case .layers(let references):
      for reference in references {
        let index = try graph.layerIndex(reference)
        try graph.expectOwn(graph.layers[index].bias, "bias", of: reference)
        layers[index].bias = true
      }
    }
    for update in plan.weights ?? [] { try apply(update, to: graph, everything: everything) }
    if plan.classifier ?? true { layers[last] = everything[last] }
  }

  private mutating func apply(_ update: SparsePlan.WeightUpdate, to graph: Graph, everything: [LayerUpdate]) throws {
    let index = try graph.layerIndex(update.layer)
    let ratio = update.ratio ?? 1
    guard ratio > 0, ratio <= 1 else {
      throw UpdatePlanError("weights of layer \(update.layer): ratio: found \(ratio), expected more than 0 and at most 1")
    }
    guard layers[index].trainedChannels == 0 else {
      throw UpdatePlanError("weights of layer \(update.layer): listed twice, expected once")
    }
    try graph.expectOwn(graph.layers[index].weights, "weights", of: update.layer)
    let operation = graph.operations.first { $0.kind.isLayer && $0.layer == index }
    let multiplier = operation?.kind.depthMultiplier ?? 1
    let inputs = everything[index].trainedChannels / multiplier
    let count = max(1, Int((Double(inputs) * ratio).rounded(.down)))
    layers[index].trainedChannels = count * multiplier
    let chosen = graph.inputs(update.channels ?? .first, count: count, of: index)
    guard chosen != Array(0..<count) else { return }
    guard index < layers.count - 1 || operation?.kind.depthMultiplier == nil else {
      throw UpdatePlanError("weights of layer \(update.layer): channels: found 'largest-norm', expected 'first' for a depthwise classifier")
    }
    layers[index].chosenChannels = chosen.flatMap { input in (0..<multiplier).map { input * multiplier + $0 } }
  }

  /// One line for each layer that learns: the canonical text that is hashed and stored in the manifest.
  package func text(for graph: Graph) -> String {
    let channels = graph.channelsByLayer()
    let lines = layers.indices.compactMap { index -> String? in
      let update = layers[index]
      guard update != Self.nothing else { return nil }
      let chosen = update.chosenChannels.isEmpty ? "" : " channels " + update.chosenChannels.map(String.init).joined(separator: ",")
      let weights = "weights \(update.trainedChannels)/\(channels[index])\(chosen)"
      return "\(index) \(graph.layers[index].name): bias \(update.bias ? 1 : 0) \(weights)"
    }
    return lines.isEmpty ? "nothing" : (lines + ruleLines).joined(separator: "\n")
  }

  /// What differs from plain SGD with residual planes.
  private var ruleLines: [String] {
    (rule.storage == .residual ? [] : ["storage \(rule.storage.rawValue)"]) + (rule.hasVelocity ? ["velocity"] : [])
      + (rule.scaling == .quantizationAware ? [] : ["scaling \(rule.scaling.rawValue)"])
  }
}

extension UpdateRule {
  fileprivate init(
    _ plan: UpdatePlan, storage: WeightStorage?, velocity: Bool?, scaling: GradientScaling
  ) throws {
    let sparse: SparsePlan? = if case .sparse(let sparse) = plan { sparse } else { nil }
    self.init(
      storage: storage ?? sparse?.storage ?? .residual, hasVelocity: velocity ?? sparse?.velocity ?? false,
      scaling: scaling)
    guard self.storage == .residual || !hasVelocity else {
      throw UpdatePlanError(
        "velocity: found with storage '\(self.storage.rawValue)', expected storage 'residual': momentum and batches sum steps finer than a code; leave one of the two out")
    }
  }
}

extension Graph {
  /// `Weighting.channels` of each layer.
  package func channelsByLayer() -> [Int] {
    var result = Array(repeating: 0, count: layers.count)
    for operation in operations {
      guard operation.kind.isLayer, let layer = operation.layer, let weighting = operation.kind.weighting else { continue }
      result[layer] = weighting.channels
    }
    return result
  }

  /// - Throws: `UpdatePlanError` that lists what the model has instead.
  func layerIndex(_ reference: LayerReference) throws -> Int {
    switch reference {
    case .index(let index):
      guard layers.indices.contains(index) else {
        throw UpdatePlanError("layer \(index): the model has no such layer; it has \(layers.count), counted from 0")
      }
      return index
    case .name(let name):
      guard let index = layers.firstIndex(where: { $0.name == name }) else {
        let names = layers.map { "'\($0.name)'" }.joined(separator: ", ")
        throw UpdatePlanError("layer '\(name)': the model has no such layer; its layers are \(names)")
      }
      return index
    }
  }

  /// Places in the model file that more than one layer reads.
  func sharedParameterOffsets() -> Set<Int> {
    let offsets = layers.flatMap { [$0.weights, $0.bias].compactMap(\.self) }.filter { $0.dataBytes > 0 }.map(\.dataOffset)
    return Set(Dictionary(offsets.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }.keys)
  }

  /// - Throws: `UpdatePlanError` where a named parameter does not exist or belongs to another layer, too.
  func expectOwn(_ place: FileTensor?, _ what: String, of reference: LayerReference) throws {
    guard let place else {
      throw UpdatePlanError("\(what) of layer \(reference): the layer has none in the model file; leave it out of the plan")
    }
    guard !sharedParameterOffsets().contains(place.dataOffset) else {
      throw UpdatePlanError(
        "\(what) of layer \(reference): '\(place.name)' is shared with another layer of the model file; leave it out of the plan")
    }
  }
}
