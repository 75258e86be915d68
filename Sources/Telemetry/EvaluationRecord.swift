/// The sum of one pass over the evaluation data: a row of `evaluations`.
package struct EvaluationRecord: Hashable, Sendable, Codable {
  package enum Moment: String, Hashable, Sendable, Codable {
    case before, after
  }

  package var run: Int64
  package var moment: Moment
  package var sampleCount: Int
  /// -1 where the loss takes no class.
  package var correctCount: Int
  /// Mean loss.
  package var loss: Double

  package init(run: Int64, moment: Moment, sampleCount: Int, correctCount: Int, loss: Double) {
    self.run = run
    self.moment = moment
    self.sampleCount = sampleCount
    self.correctCount = correctCount
    self.loss = loss
  }

  /// 0…1; nil for no samples, or where the loss takes no class.
  package var accuracy: Double? {
    sampleCount == 0 || correctCount < 0 ? nil : Double(correctCount) / Double(sampleCount)
  }
}
