/// The sum of one pass over the evaluation data: a row of `evaluations`.
package struct EvaluationRecord: Hashable, Sendable, Codable {
  package enum Moment: String, Hashable, Sendable, Codable {
    case before, after
  }

  package var run: Int64
  package var moment: Moment
  package var sampleCount: Int
  package var correctCount: Int
  /// Mean cross-entropy in nats.
  package var loss: Double

  package init(run: Int64, moment: Moment, sampleCount: Int, correctCount: Int, loss: Double) {
    self.run = run
    self.moment = moment
    self.sampleCount = sampleCount
    self.correctCount = correctCount
    self.loss = loss
  }

  /// 0…1; 0 for no samples.
  package var accuracy: Double { sampleCount == 0 ? 0 : Double(correctCount) / Double(sampleCount) }
}
