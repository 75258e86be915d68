import Coordinator
import Telemetry

/// What `fieldtune watch` shows of a run. Time comes from outside, in seconds since any moment.
package struct WatchModel {
  /// Training steps that means and curves look back on.
  static let window = 100
  static let history = 4000
  static let shownEvents = 6

  package private(set) var run: RunRecord
  private let plan: TrainingPlan
  private let evaluationEnds: Int
  private(set) var done: Int
  private(set) var losses: [Double] = []
  /// Whether each training step was right; empty where there are no classes.
  private(set) var hits: [Bool] = []
  /// Ticks of wait, forward, backward and update of the newest training steps.
  private(set) var phases: [[Int]] = []
  private(set) var evaluations: [EvaluationRecord] = []
  /// Newest last: a time of day, and what happened.
  private(set) var happened: [(time: String, text: String)] = []
  private(set) var devicesLost = 0
  private(set) var isWaiting = false
  private var marks: [(seconds: Double, done: Int)] = []

  package var link: LinkView?
  package var devices: [DeviceSummary] = []
  package var runs: [RunRecord] = []

  /// - Parameter steps: positions applied when the watch begins.
  package init(run: RunRecord, steps: Int, evaluations: [EvaluationRecord] = []) throws {
    self.run = run
    plan = try run.decodedPlan()
    evaluationEnds = plan.training.lowerBound
    done = steps
    self.evaluations = evaluations
  }

  package var total: Int { plan.count }

  /// Samples a second over the last seconds; `nil` until it is known.
  var rate: Double? {
    guard let first = marks.first, let last = marks.last, last.seconds > first.seconds else { return nil }
    return Double(last.done - first.done) / (last.seconds - first.seconds)
  }

  var state: String { isWaiting ? "waiting for the device" : run.state.rawValue }

  /// Takes in what happened.
  ///
  /// - Returns: a line for people, where it is worth one.
  @discardableResult
  package mutating func take(_ event: RunEvent, at seconds: Double, clock: String) -> String? {
    let line = apply(event, at: seconds)
    if let line {
      happened.append((clock, line))
      happened = happened.suffix(Self.shownEvents)
    }
    return line
  }

  private mutating func apply(_ event: RunEvent, at seconds: Double) -> String? {
    switch event {
    case .opened(let run, let position, let total):
      self.run = run
      done = position
      return "on \(run.board): \(position) of \(total) samples done"
    case .step(let record):
      take(record, at: seconds)
      return nil
    case .evaluation(let record):
      evaluations.append(record)
      return "\(record.moment.rawValue) training: "
        + (record.accuracy.map { "accuracy \(Number.percent($0)), " } ?? "") + "loss \(Number.fixed(record.loss, 4))"
    case .checkpoint(let position, let digest): return "checkpoint before position \(position), digest \(digest)"
    case .deviceLost(let reason):
      devicesLost += 1
      isWaiting = true
      return "waiting for the device: \(reason)"
    case .deviceBack(let position, let restored):
      isWaiting = false
      return "the device is back, \(restored ? "restored" : "with its state"); going on at position \(position)"
    case .paused(let position): return "paused before position \(position)"
    case .goingOn(let position): return "going on at position \(position)"
    case .live: return nil
    case .note(let text): return text
    case .closed(let run):
      self.run = run
      return "\(run.state.rawValue)\(run.message.isEmpty ? "" : ": \(run.message)")"
    }
  }

  private mutating func take(_ record: StepRecord, at seconds: Double) {
    isWaiting = false
    done = max(done + 1, record.position + 1)
    if marks.last.map({ seconds - $0.seconds >= 0.5 }) ?? true {
      marks.append((seconds, done))
      marks = marks.suffix(8)
    }
    guard record.mode == .train else { return }
    losses.append(record.loss)
    if let isCorrect = record.isCorrect { hits.append(isCorrect) }
    phases.append([record.waitTicks, record.forwardTicks, record.backwardTicks, record.updateTicks])
    losses = losses.suffix(Self.history)
    hits = hits.suffix(Self.history)
    phases = phases.suffix(Self.window)
  }

  var meanLoss: Double? { Self.mean(losses.suffix(Self.window)) }
  var accuracy: Double? { Self.mean(hits.suffix(Self.window).map { $0 ? 1 : 0 }) }

  private static func mean(_ values: some Collection<Double>) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
