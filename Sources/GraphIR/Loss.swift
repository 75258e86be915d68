/// What a training step minimizes. Formulas: Sources/Interpreter/SEMANTICS.md, "Loss".
package enum Loss: String, Hashable, Sendable, Codable, CaseIterable {
  /// Softmax cross-entropy with the class of the sample.
  case crossEntropy = "cross-entropy"
  /// The same with a distribution over the classes.
  case softCrossEntropy = "soft-cross-entropy"
  /// Mean squared error against numbers.
  case meanSquaredError = "mse"
  /// Mean squared error against the sample itself.
  case reconstruction

  package var isClassification: Bool {
    switch self {
    case .crossEntropy, .softCrossEntropy: true
    case .meanSquaredError, .reconstruction: false
    }
  }
}

/// What a loss reads.
package enum LossInput: String, Hashable, Sendable, Codable, CaseIterable {
  /// The accumulators of the last layer, where the model ends in one.
  case accumulator
  /// Its output codes, which saturate at the exported scale.
  case codes
}
