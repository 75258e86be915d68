import GraphIR

extension Graph {
  /// The loss that the model's end speaks for, and why.
  package func likelyLoss() -> (loss: Loss, reason: String) {
    let producers = producers()
    var codes = output
    while let position = producers[codes.index] {
      switch operations[position].kind {
      case .softmax: return (.crossEntropy, "the model ends in a softmax")
      case .lookup(.logistic), .lookup(.tanh):
        return likelyRegression() ?? (.meanSquaredError, "the model ends in a logistic or tanh")
      case .reshape:
        codes = operations[position].inputs[0]
        continue
      default: break
      }
      break
    }
    return likelyRegression() ?? (.crossEntropy, "the output is a row of \(self[output].elementCount) numbers")
  }

  /// nil where the output may as well be classes.
  private func likelyRegression() -> (loss: Loss, reason: String)? {
    let tensor = self[output]
    if tensor.elementCount == 1 { return (.meanSquaredError, "the model has a single output") }
    if tensor.elementCount == self[input].elementCount {
      return (.reconstruction, "the model has as many outputs as inputs")
    }
    if tensor.elementCount != tensor.shape.last {
      return (.meanSquaredError, "the output, of shape \(tensor.shape), is no row of classes")
    }
    return nil
  }
}
