extension Graph {
  /// What the step minimizes; nil before differentiation.
  package var loss: Loss? { lossOperation?.loss }

  package var lossOperation: Operation? { operations.first { $0.kind.isLoss } }

  /// Values of a sample's target that the loss reads.
  package var targetCount: Int {
    guard let operation = lossOperation else { return 0 }
    switch operation.loss {
    case nil, .crossEntropy, .reconstruction: return 0
    case .softCrossEntropy, .meanSquaredError: return self[operation.inputs[0]].elementCount
    }
  }
}

extension Operation {
  package var loss: Loss? {
    switch kind {
    case .softmaxCrossEntropy: .crossEntropy
    case .softCrossEntropy: .softCrossEntropy
    case .meanSquaredError: inputs.count == 1 ? .meanSquaredError : .reconstruction
    default: nil
    }
  }
}

extension OperationKind {
  package var isLoss: Bool {
    switch self {
    case .softmaxCrossEntropy, .softCrossEntropy, .meanSquaredError: true
    default: false
    }
  }
}
