/// What a device is told about the update of one training step.
package struct PlannedUpdate: Hashable, Sendable {
  package var rate: LearningRate
  /// In 1/65536.
  package var momentum: UInt16
  /// In 1/65536.
  package var decay: UInt16
  /// Whether the step waits for the rest of its batch.
  package var isHeld: Bool

  package init(rate: LearningRate, momentum: UInt16 = 0, decay: UInt16 = 0, isHeld: Bool = false) {
    self.rate = rate
    self.momentum = momentum
    self.decay = decay
    self.isHeld = isHeld
  }

  /// Of evaluations.
  package static let none = PlannedUpdate(rate: .zero)
}

/// The updates of one board, step by step: a function of the plan and the step's number alone, so that a step that is sent
/// again, by this process or by another one, is the same.
///
/// A device's weights have 16 bits: most of what one step should take off them would round to nothing. So the decay of
/// many steps is summed, and the 256ths it has reached are taken off when they are reached.
package struct UpdateSequence: Sendable {
  private let plan: TrainingPlan
  /// Decay that all batches before `batch` amount to, as a share of 1.
  private var decayed = 0.0
  private var batch = 0
  private static let decayUnit = 1.0 / 256

  package init(_ plan: TrainingPlan) { self.plan = plan }

  /// Of the board's training step `step`; cheapest in ascending order.
  package mutating func update(atStep step: Int) -> PlannedUpdate {
    let optimizer = plan.optimizer
    let current = step / optimizer.batch
    let first = current * optimizer.batch
    let end = min(first + optimizer.batch, plan.training.count)
    let rate = self.rate(at: first)
    let isHeld = step < end - 1
    return PlannedUpdate(
      rate: LearningRate(rate.value / Double(end - first)), momentum: optimizer.momentumQ16,
      decay: isHeld ? 0 : decay(ofBatch: current), isHeld: isHeld)
  }

  private mutating func decay(ofBatch target: Int) -> UInt16 {
    guard plan.optimizer.weightDecay > 0 else { return 0 }
    if target < batch { (batch, decayed) = (0, 0) }
    while batch < target {
      decayed = decay(with: batch)
      batch += 1
    }
    let units = (decay(with: target) / Self.decayUnit).rounded(.down) - (decayed / Self.decayUnit).rounded(.down)
    return UInt16(units * Self.decayUnit * 65_536)
  }

  private func decay(with batch: Int) -> Double {
    decayed + rate(at: batch * plan.optimizer.batch).value * plan.optimizer.weightDecay
  }

  /// The schedule goes over the steps of the whole run.
  private func rate(at step: Int) -> LearningRate {
    plan.schedule.rate(at: plan.share?.index(step) ?? step, of: plan.steps)
  }
}
