import ArtifactManifest
import Coordinator
import Telemetry

/// A whole run through everything that a seed holds in store, judged against the toy alone.
package struct Trial {
  /// What a trial came to.
  package struct Report: Sendable {
    package let seed: UInt64
    /// What was violated; nil when the run ended as it must.
    package var failure: String?
    package var faults: FaultCounts
    package var virtualMilliseconds: Int
    package var lives: Int
    package var steps: Int
    /// Milliseconds from the moment when everything is back until the next step, by what had happened.
    package var recoveries: [(fault: Fault, milliseconds: Int)]
    /// Bytes that went each way.
    package var carried: (toDevice: Int, toHost: Int)
  }

  private static let limitMilliseconds = 3_600_000
  private let seed: UInt64
  private let plan: TrainingPlan
  private let world: World

  /// The faults and the plan that belong to this number.
  package init(seed: UInt64) {
    var random = SplitMix(seed: ~seed)
    let steps = random.chance(0.1) ? 300 : 20 + Int(random.next() % 100)
    let mix = FaultMix(&random)
    self.init(
      seed: seed,
      plan: TrainingPlan(
        trainingSamples: 16, evaluationSamples: Int(random.next() % 6), steps: steps, seed: UInt32(seed & 0xFFFF),
        schedule: LearningRateSchedule(shape: .cosine, peak: 0.1, warmUpSteps: 3),
        checkpointSteps: 2 + Int(random.next() % 20)), mix: mix, random: random)
  }

  /// A short run whose port vanishes when that many bytes have gone one way.
  package init(unpluggedAfterBytesToDevice toDevice: Int?, toHost: Int?, isPoweredByPort: Bool) {
    self.init(
      seed: 1,
      plan: TrainingPlan(
        trainingSamples: 4, evaluationSamples: 1, steps: 10, seed: 3,
        schedule: LearningRateSchedule(shape: .constant, peak: 0.1, warmUpSteps: 0), checkpointSteps: 4),
      mix: .none, random: SplitMix(seed: 1))
    world.unplug(afterBytesToDevice: toDevice, toHost: toHost, isPoweredByPort: isPoweredByPort)
  }

  private init(seed: UInt64, plan: TrainingPlan, mix: FaultMix, random: SplitMix) {
    self.seed = seed
    self.plan = plan
    world = World(mix: mix, random: random)
  }

  package func run() -> Report {
    var store = DurableStore()
    var lives = 0
    var failure: String?
    var isOver = false
    while !isOver {
      lives += 1
      // As opening the real store does: what is read is safe from now on.
      store.sync()
      let host = HostProcess(world, store: store, plan: plan, limitMilliseconds: Self.limitMilliseconds)
      do throws(Interruption) {
        let digest = try host.live()
        failure = difference(from: host.store, digest: digest)
        isOver = true
      } catch {
        switch error {
        case .broken(let reason):
          failure = reason
          isOver = true
        case .vanished(let reason):
          failure = "a vanished device ended the process: \(reason)"
          isOver = true
        case .died:
          if world.lostPower { host.losePower() }
          world.stayDead()
        }
      }
      store = host.store
    }
    return Report(
      seed: seed, failure: failure, faults: world.counts, virtualMilliseconds: world.now, lives: lives,
      steps: plan.count, recoveries: world.outages.recoveries, carried: world.carried)
  }

  /// The oracle: each record once and as the toy alone makes it, the toy's bytes in the checkpoint, their digest from the
  /// device.
  private func difference(from store: DurableStore, digest: UInt64) -> String? {
    let toy = ScriptedToy(seed: plan.seed)
    var samples = ScriptedSamples(plan)
    guard store.written.records.count == plan.count else {
      return "journal: found \(store.written.records.count) records, expected \(plan.count)"
    }
    for record in store.written.records {
      let sample = samples.sample(at: record.position)
      let expected = StepRecord(
        toy.apply(sample), label: sample.label, sample: samples.planned(at: record.position))
      if record != expected { return "journal: found \(record), expected \(expected)" }
    }
    let expected = toy.state
    if store.written.checkpoint?.bytes != expected { return "the last checkpoint is another state" }
    return digest == Digest64(expected).value ? nil : "the device tells another digest"
  }
}
