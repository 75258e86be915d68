/// How trained parameters take their steps. One rule for a whole training graph.
package struct UpdateRule: Hashable, Sendable, Codable {
  package var storage: WeightStorage
  /// Whether a velocity plane stands beside every trained tensor: momentum, and steps summed over a batch.
  package var hasVelocity: Bool
  package var scaling: GradientScaling

  package init(storage: WeightStorage = .residual, hasVelocity: Bool = false, scaling: GradientScaling = .quantizationAware) {
    self.storage = storage
    self.hasVelocity = hasVelocity
    self.scaling = scaling
  }

  /// Bits of a weight's step below the 16-bit code (256ths of an int8 code). Without a residual plane what lies
  /// below the code is rounded at once, and a velocity sums steps far smaller than a 16-bit code.
  package var stepFractionBits: Int { hasVelocity || storage != .residual ? 16 : 0 }
}

/// Where a trained weight keeps what its int8 code cannot hold.
package enum WeightStorage: String, Hashable, Sendable, Codable, CaseIterable {
  /// In a low plane of 8 bits beside the code.
  case residual
  /// Nowhere: each step rounds up or down at random, right on average.
  case stochastic
  /// Nowhere: each step rounds to nearest, so that small steps are lost. For comparison only.
  case nearest
}

/// What a weight gradient is multiplied by besides the learning rate.
package enum GradientScaling: String, Hashable, Sendable, Codable, CaseIterable {
  /// s_w⁻² (Lin et al., arXiv 2206.15472, section 3.1, "quantization-aware scaling"): plain SGD on real weights.
  case quantizationAware = "qas"
  /// 1: plain SGD on the codes, the gradient of a code being s_w times that of its weight. For comparison only.
  case none
}
