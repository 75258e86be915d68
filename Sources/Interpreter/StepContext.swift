import GraphIR

/// What the operations of one step read and change besides tensors.
struct StepContext {
  /// Training state: one for each of `Graph.errorRanges`.
  var ranges: [ErrorRangeState]
  /// Of the sample; the loss is not run without one.
  var target = StepTarget()
  var update = StepUpdate.none
  /// False in evaluation, where the loss leaves no errors and no peak of them.
  var isTraining = true
  /// Of the training state, for random numbers.
  var step: UInt32 = 0
  var seed: UInt32 = 0
  var lossQ16: Int32 = 0
  var saturated = 0
  var unchanged = 0

  mutating func begin(target: StepTarget, update: StepUpdate, isTraining: Bool, step: UInt32, seed: UInt32) {
    self.isTraining = isTraining
    self.target = target
    self.update = update
    self.step = step
    self.seed = seed
    lossQ16 = 0
    saturated = 0
    unchanged = 0
  }
}
