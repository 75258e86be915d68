import Coordinator
import Telemetry
import Testing

@Suite struct TrainingPlanTests {
  private static let schedule = LearningRateSchedule(shape: .constant, peak: 0.5, warmUpSteps: 0)

  private static func plan(evaluation: Int, steps: Int, every: Int = 200) -> TrainingPlan {
    TrainingPlan(
      trainingSamples: 5, evaluationSamples: evaluation, steps: steps, seed: 3, schedule: schedule,
      checkpointSteps: every)
  }

  @Test func positions_areEvaluationTrainingEvaluation() {
    var sequence = SampleSequence(Self.plan(evaluation: 2, steps: 10))
    let all = (0..<14).map { sequence.sample(at: $0) }
    #expect(all.map(\.mode) == [.evaluate, .evaluate] + Array(repeating: .train, count: 10) + [.evaluate, .evaluate])
    #expect(all[..<2].map(\.sample) == [0, 1])
    #expect(all[2..<7].map(\.sample).sorted() == [0, 1, 2, 3, 4])
    #expect(all[7..<12].map(\.sample).sorted() == [0, 1, 2, 3, 4])
    #expect(all[2..<7].map(\.sample) != all[7..<12].map(\.sample))
    #expect(all[12...].map(\.sample) == [0, 1])
    #expect((0..<14).map { sequence.update(at: $0).rate.mantissa } == [0, 0] + Array(repeating: 1 << 30, count: 10) + [0, 0])
  }

  @Test func positions_areTheSameFromAnywhere() {
    let plan = Self.plan(evaluation: 3, steps: 23)
    var whole = SampleSequence(plan)
    let expected = (0..<plan.count).map { whole.sample(at: $0) }
    for position in 0..<plan.count {
      var resumed = SampleSequence(plan)
      #expect(resumed.sample(at: position) == expected[position])
    }
  }

  @Test(arguments: [
    (0, 10, 4, [0: 4, 3: 4, 4: 8, 9: 10], [10, 11]),
    (2, 10, 4, [0: 6, 2: 6, 5: 6, 6: 10, 10: 12], [12, 13]),
    (2, 0, 4, [:], [0, 2, 3]),
  ])
  func checkpoints_comeEverySoOftenAndAtTheEnd(
    evaluation: Int, steps: Int, every: Int, expected: [Int: Int], none: [Int]
  ) {
    let plan = Self.plan(evaluation: evaluation, steps: steps, every: every)
    for (position, next) in expected { #expect(plan.nextCheckpoint(after: position) == next, "after \(position)") }
    for position in none { #expect(plan.nextCheckpoint(after: position) == nil, "after \(position)") }
  }
}
