/// How gradients become steps, the learning rate aside.
package struct Optimizer: Hashable, Sendable, Codable {
  /// Training samples whose mean gradient makes one step.
  package var batch: Int
  /// Share of a step that goes on into the next one: v ← momentum · v + rate · gradient, weights ← weights − v.
  package var momentum: Double
  /// Share of each weight, times the learning rate, that a step takes off (Loshchilov & Hutter, arXiv 1711.05101: decoupled,
  /// so that momentum does not multiply it; the same as an L2 penalty without momentum). Not of biases.
  package var weightDecay: Double

  package static let sgd = Optimizer()
  package static let largestBatch = 65_536
  /// At most; with a learning rate of 16 a step still leaves something.
  package static let largestWeightDecay = 1.0 / 64

  package init(batch: Int = 1, momentum: Double = 0, weightDecay: Double = 0) {
    self.batch = batch
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  /// Whether a device needs velocity planes for it.
  package var needsVelocity: Bool { batch > 1 || momentum > 0 }

  /// What is wrong with it, as a sentence; nil where nothing is.
  package var fault: String? {
    if !(1...Self.largestBatch).contains(batch) {
      return "batch: found \(batch), expected 1 to \(Self.largestBatch)"
    }
    if !(0..<1).contains(momentum) { return "momentum: found \(momentum), expected 0 or more and less than 1" }
    if !(0...Self.largestWeightDecay).contains(weightDecay) {
      return "weight decay: found \(weightDecay), expected 0 to \(Self.largestWeightDecay)"
    }
    return nil
  }

  /// In 1/65536, as a device takes it.
  package var momentumQ16: UInt16 { UInt16(min(65_535, (momentum * 65_536).rounded())) }
}
