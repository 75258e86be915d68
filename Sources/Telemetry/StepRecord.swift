/// What became of one sample: a row of `steps`, written once for each (run, position).
package struct StepRecord: Hashable, Sendable, Codable {
  package enum Mode: Int, Hashable, Sendable, Codable {
    case train = 0
    case evaluate = 1
  }

  package var run: Int64
  /// Position in the run's plan; the wire's `index`.
  package var position: Int
  package var mode: Mode
  /// Which sample of its data set it was.
  package var sample: Int
  /// Loss with 16 fraction bits: nats, or squares of the output's unit.
  package var lossQ16: Int
  package var prediction: Int
  /// The true class; -1 where the loss takes none.
  package var label: Int
  /// Time by phase, in the unit of the device's counter: instructions, cycles or nanoseconds.
  package var waitTicks: Int
  package var forwardTicks: Int
  package var backwardTicks: Int
  package var updateTicks: Int
  /// Weights that met the end of their range, and trained parameters whose update rounded to zero.
  package var saturated: Int
  package var unchanged: Int

  package init(
    run: Int64, position: Int, mode: Mode, sample: Int, lossQ16: Int, prediction: Int, label: Int, waitTicks: Int,
    forwardTicks: Int, backwardTicks: Int, updateTicks: Int, saturated: Int, unchanged: Int
  ) {
    self.run = run
    self.position = position
    self.mode = mode
    self.sample = sample
    self.lossQ16 = lossQ16
    self.prediction = prediction
    self.label = label
    self.waitTicks = waitTicks
    self.forwardTicks = forwardTicks
    self.backwardTicks = backwardTicks
    self.updateTicks = updateTicks
    self.saturated = saturated
    self.unchanged = unchanged
  }

  /// nil where the loss takes no class.
  package var isCorrect: Bool? { label < 0 ? nil : prediction == label }
  /// In nats, or squares of the output's unit.
  package var loss: Double { Double(lossQ16) / 65536 }
}
