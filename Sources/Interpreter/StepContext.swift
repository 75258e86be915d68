import GraphIR

/// What the operations of one step read and change besides tensors.
struct StepContext {
  /// Training state: one for each of `Graph.errorRanges`.
  var ranges: [ErrorRangeState]
  /// The label of the sample; the loss is not run without one.
  var label = 0
  var update = StepUpdate.none
  /// Of the training state, for random numbers.
  var step: UInt32 = 0
  var seed: UInt32 = 0
  var lossQ16: Int32 = 0
  var saturated = 0
  var unchanged = 0

  mutating func begin(label: Int, update: StepUpdate, step: UInt32, seed: UInt32) {
    self.label = label
    self.update = update
    self.step = step
    self.seed = seed
    lossQ16 = 0
    saturated = 0
    unchanged = 0
  }
}
