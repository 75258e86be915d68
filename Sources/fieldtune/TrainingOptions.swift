import ArgumentParser
import Coordinator
import Datasets
import Foundation

/// What to learn, for how long and how fast.
struct TrainingOptions: ParsableArguments {
  @Option(name: .long, help: "IMAGES,LABELS, FILE.npz[:x,y], FILE.csv:label=COLUMN, FOLDER:train|test or live:SOCKET.")
  var data: String

  @Option(
    name: .long, help: "Data to measure on before and after; the first 500 training samples when absent, or none.")
  var eval: String?

  @Option(name: .long, parsing: .unconditional, help: "How often to go through the data; 1 when --steps is absent too.")
  var epochs: Int?

  @Option(name: .long, parsing: .unconditional, help: "How many samples to train on.")
  var steps: Int?

  @Option(name: .long, parsing: .unconditional, help: "Peak learning rate, above 0 and at most 16.")
  var lr = 0.01

  @Option(
    name: .long,
    help: "constant, or cosine: down to 0 along half a cosine after a warm-up over the first 20th of the steps.")
  var schedule = LearningRateSchedule.Shape.constant

  @Option(name: .long, parsing: .unconditional, help: "Samples whose mean gradient makes one step.")
  var batch = 1

  @Option(name: .long, parsing: .unconditional, help: "Share of a step that goes on into the next, below 1.")
  var momentum = 0.0

  @Option(name: .long, parsing: .unconditional, help: "Share of each weight, times the learning rate, that a step takes off.")
  var weightDecay = 0.0

  @Option(name: .long, parsing: .unconditional, help: "Seed of the samples' order and of the device's random numbers.")
  var seed: UInt32 = 1

  @Flag(help: "What happens to live samples that come faster than the device learns; without either their sender waits.")
  var overflow: LiveOverflow?

  @Option(name: .long, help: "What the numbers mean: auto, raw, or a factor.")
  var inputScale = "auto"

  @Option(name: .long, help: ArgumentHelp("Go on with a run that was stopped; its own plan stands.", valueName: "run"))
  var resume: Int64?

  @Option(name: .long, parsing: .unconditional, help: "Steps between two copies of the training state.")
  var checkpointSteps = 200

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Steps between two times the device keeps its state in its own flash, to go on from after a loss of power; never when absent. "
        + "A sector takes 10,000 erases.", valueName: "steps"))
  var keepEvery: Int?

  @Option(name: .long, parsing: .unconditional, help: "On several devices: steps of each between two averages of their weights.")
  var roundSteps = 50

  func validate() throws {
    guard steps == nil || epochs == nil else { throw ValidationError("--epochs and --steps exclude each other") }
    guard (steps ?? 1) > 0, (epochs ?? 1) > 0, checkpointSteps > 0, (keepEvery ?? 1) > 0, roundSteps > 0 else {
      throw ValidationError("--epochs, --steps, --checkpoint-steps, --keep-every and --round-steps are at least 1")
    }
    guard lr > 0, lr <= LearningRate.maximum else {
      throw ValidationError("--lr: found \(lr), expected more than 0 and at most \(LearningRate.maximum)")
    }
    guard overflow == nil || data.hasPrefix("live:") else {
      throw ValidationError("--drop-newest and --drop-oldest are for --data live:SOCKET")
    }
    guard !data.hasPrefix("live:") || steps != nil else {
      throw ValidationError("\(data): --steps N is needed: how many samples to wait for")
    }
    if let fault = optimizer.fault { throw ValidationError(fault) }
  }

  var optimizer: Optimizer { Optimizer(batch: batch, momentum: momentum, weightDecay: weightDecay) }

  /// Where samples come from while the run is under way; `nil` for files.
  func live() throws -> LiveRequest? {
    guard case .live(let path) = try DataSpecification.parse(data) else { return nil }
    return LiveRequest(
      path: URL(fileURLWithPath: path).path, inputScale: inputScale, overflow: overflow?.overflow ?? .hold)
  }

  /// The plan for this many samples.
  func plan(trainingSamples: Int, evaluationSamples: Int, isLive: Bool) -> TrainingPlan {
    let steps = steps ?? trainingSamples * (epochs ?? 1)
    return TrainingPlan(
      trainingSamples: trainingSamples, evaluationSamples: evaluationSamples, steps: steps, seed: seed,
      schedule: LearningRateSchedule(
        shape: schedule, peak: lr, warmUpSteps: schedule == .cosine ? steps / 20 : 0),
      optimizer: optimizer, checkpointSteps: checkpointSteps, isLive: isLive)
  }
}

extension LearningRateSchedule.Shape: ExpressibleByArgument {}

/// Names of flags.
enum LiveOverflow: String, EnumerableFlag {
  case dropNewest, dropOldest

  var overflow: LiveRequest.Overflow {
    switch self {
    case .dropNewest: .dropNewest
    case .dropOldest: .dropOldest
    }
  }
}
