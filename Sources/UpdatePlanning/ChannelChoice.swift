import GraphIR

/// Which input channels of a layer (depthwise: channels) learn where not all do.
package enum ChannelChoice: String, Hashable, Sendable, Codable, CaseIterable {
  /// Those that stand first in the model file.
  case first
  /// Those whose weights have the largest L2 norm, dequantized ("magnitude+" in the experiments of Lin et al.,
  /// arXiv 2206.15472).
  case largestNorm = "largest-norm"
}

extension Graph {
  /// The `count` inputs of a layer that a choice takes, ascending. An input is a slice of the weights: those of one
  /// input channel; for depthwise layers, those of the `multiplier` output channels of one input channel.
  func inputs(_ choice: ChannelChoice, count: Int, of layer: Int) -> [Int] {
    switch choice {
    case .first: return Array(0..<count)
    case .largestNorm:
      let norms = squaredNorms(ofLayer: layer)
      let largestFirst = norms.indices.sorted { (norms[$1], $0) < (norms[$0], $1) }
      return largestFirst.prefix(count).sorted()
    }
  }

  /// Sum of the squared real weights of each input of a layer whose weights are one constant.
  private func squaredNorms(ofLayer layer: Int) -> [Double] {
    guard let operation = operations.first(where: { $0.kind.isLayer && $0.layer == layer }),
      let weighting = operation.kind.weighting, let codes = bytes(of: operation.inputs[1])
    else { preconditionFailure("layer \(layer) has no weights") }
    let multiplier = operation.kind.depthMultiplier
    let channels = weighting.channels
    let rowCount = codes.count / self[operation.inputs[1]].shape[0]
    var norms = Array(repeating: 0.0, count: channels / (multiplier ?? 1))
    for (index, code) in codes.enumerated() {
      let channel = index % channels
      let scale = weighting.weightScale(multiplier == nil ? index / rowCount : channel)
      let weight = Double(Int8(bitPattern: code)) * scale
      norms[channel / (multiplier ?? 1)] += weight * weight
    }
    return norms
  }
}

extension OperationKind {
  /// Output channels for each input channel of a depthwise layer; nil for everything else.
  var depthMultiplier: Int? {
    if case .depthwiseConv2D(_, _, let multiplier) = self { multiplier } else { nil }
  }
}
