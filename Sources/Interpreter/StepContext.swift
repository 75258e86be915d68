import GraphIR

/// What the operations of one step read and change besides tensors.
struct StepContext {
  /// Training state: one for each of `Graph.errorRanges`.
  var ranges: [ErrorRangeState]
  /// The label of the sample; the loss is not run without one.
  var label = 0
  var rate = StepRate.zero
  var lossQ16: Int32 = 0
  var saturated = 0
  var unchanged = 0

  mutating func begin(label: Int, rate: StepRate) {
    self.label = label
    self.rate = rate
    lossQ16 = 0
    saturated = 0
    unchanged = 0
  }
}
