import GraphIR

/// A plan applied to a model: what each layer trains. Its text is the plan's identity.
package struct ResolvedUpdatePlan: Hashable, Sendable {
  package struct LayerUpdate: Hashable, Sendable {
    package var bias: Bool
    /// The first channels of `Weighting.channels` whose weights learn.
    package var trainedChannels: Int
  }

  /// One for each of the graph's layers.
  package var layers: [LayerUpdate]

  package static let nothing = LayerUpdate(bias: false, trainedChannels: 0)

  /// - Throws: `UpdatePlanError` that names the layer a plan asks for and the model lacks.
  package init(_ plan: UpdatePlan, for graph: Graph) throws {
    let channels = graph.channelsByLayer()
    let everything = channels.map { LayerUpdate(bias: true, trainedChannels: $0) }
    layers = Array(repeating: Self.nothing, count: channels.count)
    switch plan {
    case .none: break
    case .full: layers = everything
    case .biasOnly: layers = channels.map { _ in LayerUpdate(bias: true, trainedChannels: 0) }
    case .lastLayer: layers[channels.count - 1] = everything[channels.count - 1]
    case .sparse(let sparse): try apply(sparse, to: graph, everything: everything)
    }
    for index in layers.indices where graph.layers[index].bias == nil { layers[index].bias = false }
    try settleSharedParameters(graph, isPreset: plan.isPreset)
  }

  /// Layers that read the same bytes of the model file (converters merge equal constants) cannot learn apart: a preset
  /// leaves such parameters frozen, a plan file that names them is refused.
  private mutating func settleSharedParameters(_ graph: Graph, isPreset: Bool) throws {
    var readers: [Int: [Int]] = [:]
    for index in layers.indices {
      let places = [graph.layers[index].weights, graph.layers[index].bias].compactMap(\.self)
      for place in places where place.dataBytes > 0 { readers[place.dataOffset, default: []].append(index) }
    }
    for index in layers.indices {
      let layer = graph.layers[index]
      let others = { (place: FileTensor) in readers[place.dataOffset, default: []].first { $0 != index } }
      if layers[index].trainedChannels > 0, let other = others(layer.weights) {
        guard isPreset else { throw shared(layer.weights, index, other, graph) }
        layers[index].trainedChannels = 0
      }
      if layers[index].bias, let bias = layer.bias, let other = others(bias) {
        guard isPreset else { throw shared(bias, index, other, graph) }
        layers[index].bias = false
      }
    }
  }

  private func shared(_ place: FileTensor, _ index: Int, _ other: Int, _ graph: Graph) -> UpdatePlanError {
    UpdatePlanError(
      "layers \(index) '\(graph.layers[index].name)' and \(other) '\(graph.layers[other].name)' share '\(place.name)' in the model file; leave it out of the plan")
  }

  private mutating func apply(_ plan: SparsePlan, to graph: Graph, everything: [LayerUpdate]) throws {
    let last = layers.count - 1
    if plan.classifier ?? true { layers[last] = everything[last] }
    switch plan.biases {
    case nil: break
    case .last(let count):
      guard (0...last).contains(count) else {
        throw UpdatePlanError("biases.last: found \(count), expected 0 to \(last), the layers before the classifier")
      }
      for index in (last - count)..<last { layers[index].bias = true }
    case .layers(let references):
      for reference in references { layers[try graph.layerIndex(reference)].bias = true }
    }
    for update in plan.weights ?? [] {
      let index = try graph.layerIndex(update.layer)
      let ratio = update.ratio ?? 1
      guard ratio > 0, ratio <= 1 else {
        throw UpdatePlanError("weights of layer \(update.layer): ratio: found \(ratio), expected more than 0 and at most 1")
      }
      let channels = everything[index].trainedChannels
      layers[index].trainedChannels = max(1, Int((Double(channels) * ratio).rounded(.down)))
    }
  }

  package var trainsAnything: Bool { layers.contains { $0 != Self.nothing } }

  /// One line for each layer that learns: the canonical text that is hashed and stored in the manifest.
  package func text(for graph: Graph) -> String {
    let channels = graph.channelsByLayer()
    let lines = layers.indices.compactMap { index -> String? in
      let update = layers[index]
      guard update != Self.nothing else { return nil }
      let weights = "weights \(update.trainedChannels)/\(channels[index])"
      return "\(index) \(graph.layers[index].name): bias \(update.bias ? 1 : 0) \(weights)"
    }
    return lines.isEmpty ? "nothing" : lines.joined(separator: "\n")
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
}
