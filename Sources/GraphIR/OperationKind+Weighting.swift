extension OperationKind {
  /// The weighting of an operation that has one.
  package var weighting: Weighting? {
    switch self {
    case .conv2D(_, let weighting), .depthwiseConv2D(_, let weighting, _), .fullyConnected(let weighting),
      .conv2DBackwardInput(_, let weighting), .depthwiseConv2DBackwardInput(_, let weighting, _),
      .fullyConnectedBackwardInput(let weighting), .conv2DUpdateWeights(_, let weighting, _),
      .depthwiseConv2DUpdateWeights(_, let weighting, _, _), .fullyConnectedUpdateWeights(let weighting, _),
      .updateBias(let weighting, _):
      weighting
    default: nil
    }
  }

  /// True for forward operations with weights: the layers of a model.
  package var isLayer: Bool {
    switch self {
    case .conv2D, .depthwiseConv2D, .fullyConnected: true
    default: false
    }
  }

  /// The same forward operation with another weighting. Only for layers.
  package func with(_ weighting: Weighting) -> OperationKind {
    switch self {
    case .conv2D(let window, _): .conv2D(window, weighting)
    case .depthwiseConv2D(let window, _, let multiplier): .depthwiseConv2D(window, weighting, multiplier: multiplier)
    case .fullyConnected: .fullyConnected(weighting)
    default: preconditionFailure("\(self) is no layer")
    }
  }

  /// How a layer of this kind rounds when it requantizes its accumulators.
  package var requantizationRounding: RequantizationRounding {
    switch self {
    case .fullyConnected: .once
    default: .twice
    }
  }
}

/// The two roundings of LiteRT 2.3's reference kernels: convolutions round twice (gemmlowp), dense layers once.
package enum RequantizationRounding: String, Hashable, Sendable, Codable {
  case once
  case twice
}
