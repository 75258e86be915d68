/// What the host orders for the update of one step.
package struct StepUpdate: Hashable, Sendable {
  package var rate: StepRate
  /// Q16: share of an applied step that stays in the velocity.
  package var momentum: UInt16
  /// Q16: share of each trained weight that an applied step takes off (decoupled weight decay; not of biases).
  package var decay: UInt16
  /// False: the step goes into the velocity, and no parameter moves. Only for graphs with velocity planes.
  package var applies: Bool

  package init(rate: StepRate, momentum: UInt16 = 0, decay: UInt16 = 0, applies: Bool = true) {
    self.rate = rate
    self.momentum = momentum
    self.decay = decay
    self.applies = applies
  }

  package static let none = StepUpdate(rate: .zero)
}
