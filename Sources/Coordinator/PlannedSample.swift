import Datasets
import Telemetry

/// What a plan says about one position.
package struct PlannedSample: Hashable, Sendable {
  package let position: Int
  package let mode: StepRecord.Mode
  /// Index in the training or the evaluation data.
  package let sample: Int
}

/// A plan laid out: answers for any position, cheapest in ascending order.
package struct SampleSequence: Sendable {
  package let plan: TrainingPlan
  private var sampler: Sampler
  private var updates: UpdateSequence

  package init(_ plan: TrainingPlan) {
    self.plan = plan
    sampler = Sampler(count: plan.trainingSamples, seed: UInt64(plan.seed))
    updates = UpdateSequence(plan)
  }

  package mutating func sample(at position: Int) -> PlannedSample {
    precondition((0..<plan.count).contains(position), "position \(position) of \(plan.count)")
    guard plan.training.contains(position) else {
      let own = position < plan.training.lowerBound ? position : position - plan.training.upperBound
      return PlannedSample(position: position, mode: .evaluate, sample: plan.share?.index(own) ?? own)
    }
    let own = position - plan.training.lowerBound
    let step = plan.share?.index(own) ?? own
    return PlannedSample(
      position: position, mode: .train, sample: plan.isLive ? step : sampler.index(atStep: step))
  }

  /// What the device is told besides.
  package mutating func update(at position: Int) -> PlannedUpdate {
    guard plan.training.contains(position) else { return .none }
    return updates.update(atStep: position - plan.training.lowerBound)
  }
}
