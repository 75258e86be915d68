/// What a run came to; its JSON keys are a contract of the command line.
package struct TrainResult: Hashable, Sendable, Codable {
  package struct Accuracy: Hashable, Sendable, Codable {
    /// 0…1 on the evaluation data; `nil` where nothing was measured.
    package var before: Double?
    package var after: Double?

    package init(before: Double?, after: Double?) {
      self.before = before
      self.after = after
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(before, forKey: .before)
      try container.encode(after, forKey: .after)
    }
  }

  /// Mean of the training steps, in `unit`.
  package struct Cost: Hashable, Sendable, Codable {
    package var unit: String
    package var forward: Double
    package var backward: Double
    package var update: Double
    package var wait: Double

    package init(unit: String, forward: Double, backward: Double, update: Double, wait: Double) {
      self.unit = unit
      self.forward = forward
      self.backward = backward
      self.update = update
      self.wait = wait
    }
  }

  package var run: Int64
  /// Training steps applied.
  package var steps: Int
  /// One for each training step: nats, or squares of the output's unit.
  package var loss: [Double]
  package var accuracy: Accuracy
  /// Mean loss of the evaluations, as `accuracy`.
  package var evaluationLoss: Accuracy
  /// Of the whole training state: sixteen hexadecimal digits.
  package var digest: String
  package var cost: Cost
  package var device: String
  package var board: String
  /// `finished`, or `stopped` when it can be resumed.
  package var state: String
  /// Weights that met the end of their range and updates that rounded to zero, over all steps.
  package var saturated: Int
  package var unchanged: Int
  /// The same of each layer that learns, since the weights were reset; empty before the first step.
  package var layers: [LayerUpdates]

  package init(
    run: Int64, steps: Int, loss: [Double], accuracy: Accuracy, evaluationLoss: Accuracy, digest: String, cost: Cost,
    device: String, board: String, state: String, saturated: Int, unchanged: Int,
    layers: [LayerUpdates] = []
  ) {
    self.run = run
    self.steps = steps
    self.loss = loss
    self.accuracy = accuracy
    self.evaluationLoss = evaluationLoss
    self.digest = digest
    self.cost = cost
    self.device = device
    self.board = board
    self.state = state
    self.saturated = saturated
    self.unchanged = unchanged
    self.layers = layers
  }
}
