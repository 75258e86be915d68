import Coordinator
import Testing

/// What devices are told about the update of each step.
@Suite struct UpdateSequenceTests {
  private static func plan(_ optimizer: Optimizer, steps: Int, rate: Double = 0.5) -> TrainingPlan {
    TrainingPlan(
      trainingSamples: 5, evaluationSamples: 0, steps: steps, seed: 3,
      schedule: LearningRateSchedule(shape: .cosine, peak: rate, warmUpSteps: 4), optimizer: optimizer)
  }

  private static func updates(_ plan: TrainingPlan) -> [PlannedUpdate] {
    var sequence = UpdateSequence(plan)
    return (0..<plan.steps).map { sequence.update(atStep: $0) }
  }

  @Test func batches_holdTheirStepsBackAndShareTheRate() {
    let plan = Self.plan(Optimizer(batch: 4, momentum: 0.9), steps: 10)
    let updates = Self.updates(plan)
    #expect(updates.map(\.isHeld) == [true, true, true, false, true, true, true, false, true, false])
    #expect(updates.allSatisfy { $0.momentum == 58_982 && $0.decay == 0 })
    for (first, length) in [(0, 4), (4, 4), (8, 2)] {
      let rate = LearningRate(plan.schedule.rate(at: first, of: 10).value / Double(length))
      #expect(updates[first..<first + length].allSatisfy { $0.rate == rate })
    }
  }

  @Test func plainSGD_isTheScheduleAlone() {
    let plan = Self.plan(.sgd, steps: 12)
    #expect(Self.updates(plan) == (0..<12).map { PlannedUpdate(rate: plan.schedule.rate(at: $0, of: 12)) })
  }

  /// What is taken off in all is what the rates amount to, short of the 256th that was not reached.
  @Test(arguments: [1, 8]) func decay_addsUpToTheSumOfRates(batch: Int) {
    let plan = Self.plan(Optimizer(batch: batch, weightDecay: 0.001), steps: 20_000)
    let updates = Self.updates(plan)
    let sum = stride(from: 0, to: 20_000, by: batch).reduce(0.0) { $0 + plan.schedule.rate(at: $1, of: 20_000).value * 0.001 }
    let taken = updates.reduce(0) { $0 + Double($1.decay) / 65_536 }
    #expect(taken <= sum && sum < taken + 1.0 / 256)
    #expect(updates.allSatisfy { $0.decay % 256 == 0 && (!$0.isHeld || $0.decay == 0) })
  }

  @Test func updates_areTheSameFromAnywhere() {
    let plan = Self.plan(Optimizer(batch: 3, momentum: 0.5, weightDecay: 0.01), steps: 400)
    let whole = Self.updates(plan)
    #expect(whole.contains { $0.decay > 0 })
    var sequence = UpdateSequence(plan)
    for step in [399, 0, 57, 56, 200, 3] { #expect(sequence.update(atStep: step) == whole[step]) }
  }

  @Test(arguments: [
    (Optimizer(batch: 0), "batch: found 0"), (Optimizer(momentum: 1), "momentum: found 1.0"),
    (Optimizer(momentum: .nan), "momentum: found nan"), (Optimizer(weightDecay: 0.5), "weight decay: found 0.5"),
  ])
  func badOptimizer_getsASentence(optimizer: Optimizer, sentence: String) {
    #expect(optimizer.fault?.hasPrefix(sentence) == true)
    #expect(Optimizer.sgd.fault == nil)
  }
}
