/// Which sample each position of a run takes, and what is done with it.
///
/// A run is a line of positions: all evaluation samples, the training steps, all evaluation samples
/// again. A position is the wire's `index`, so a plan and a position say all about where a run stands.
package struct TrainingPlan: Hashable, Sendable, Codable {
  package let trainingSamples: Int
  /// Taken before and after training, by all boards together; 0 for neither.
  package let evaluationSamples: Int
  /// Training steps of all boards together.
  package let steps: Int
  package let seed: UInt32
  package let schedule: LearningRateSchedule
  package let optimizer: Optimizer
  /// Training steps from one checkpoint to the next.
  package let checkpointSteps: Int
  /// What one board of several takes of it; nil where one board takes all.
  package let share: TrainingShare?
  /// Whether training samples come in during the run and are taken in the order of arrival.
  package let isLive: Bool

  package init(
    trainingSamples: Int, evaluationSamples: Int, steps: Int, seed: UInt32, schedule: LearningRateSchedule,
    optimizer: Optimizer = .sgd, checkpointSteps: Int = 200, share: TrainingShare? = nil, isLive: Bool = false
  ) {
    precondition(trainingSamples > 0 && steps >= 0 && checkpointSteps > 0, "a plan of \(steps) steps")
    self.trainingSamples = trainingSamples
    self.evaluationSamples = evaluationSamples
    self.steps = steps
    self.seed = seed
    self.schedule = schedule
    self.optimizer = optimizer
    self.checkpointSteps = checkpointSteps
    self.share = share
    self.isLive = isLive
  }

  /// Runs stored before optimizers could be chosen took plain SGD, and none were live.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    trainingSamples = try container.decode(Int.self, forKey: .trainingSamples)
    evaluationSamples = try container.decode(Int.self, forKey: .evaluationSamples)
    steps = try container.decode(Int.self, forKey: .steps)
    seed = try container.decode(UInt32.self, forKey: .seed)
    schedule = try container.decode(LearningRateSchedule.self, forKey: .schedule)
    optimizer = try container.decodeIfPresent(Optimizer.self, forKey: .optimizer) ?? .sgd
    checkpointSteps = try container.decode(Int.self, forKey: .checkpointSteps)
    share = try container.decodeIfPresent(TrainingShare.self, forKey: .share)
    isLive = try container.decodeIfPresent(Bool.self, forKey: .isLive) ?? false
  }

  private func own(_ total: Int) -> Int { share?.count(of: total) ?? total }

  /// Positions in all, of one board.
  package var count: Int { 2 * own(evaluationSamples) + own(steps) }
  package var evaluationBefore: Range<Int> { 0..<own(evaluationSamples) }
  package var training: Range<Int> { own(evaluationSamples)..<own(evaluationSamples) + own(steps) }
  package var evaluationAfter: Range<Int> { training.upperBound..<count }

  /// The first position behind `position` before which the training state is copied into the store:
  /// every `checkpointSteps` steps, at the end of every round, and after the last one. `nil` behind the last step.
  package func nextCheckpoint(after position: Int) -> Int? {
    let strides = [checkpointSteps] + (share.map { [$0.roundSteps] } ?? [])
    return strides.compactMap { nextStop(every: $0, after: position) }.min()
  }

  /// The first position behind `position` that training comes to after a multiple of `stride` steps, or after the last
  /// one. `nil` behind that.
  package func nextStop(every stride: Int, after position: Int) -> Int? {
    guard steps > 0, position < training.upperBound else { return nil }
    let done = max(0, position - training.lowerBound)
    return min(training.lowerBound + (done / stride + 1) * stride, training.upperBound)
  }
}
