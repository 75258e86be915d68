import Coordinator
import Foundation
import Synchronization
import Telemetry

/// Shows a run on standard error: a bar with rate, time left, loss and accuracy on a terminal, a line every
/// tenth otherwise.
final class RunProgress: Sendable {
  private struct State {
    var plan: TrainingPlan?
    var part = ""
    /// When the part began, and where.
    var began = ContinuousClock.now
    var firstPosition = 0
    var shown = ContinuousClock.now
    var shownTenth = 0
    /// Exponential means over about 50 steps; `nil` before the first.
    var loss: Double?
    var accuracy: Double?
    var losses: [Double] = []
  }

  private let state = Mutex(State())
  private let isQuiet: Bool
  private let isVerbose: Bool
  private let isTerminal = Console.isTerminal

  init(_ options: GlobalOptions) {
    isQuiet = options.quiet
    isVerbose = options.verbose
  }

  /// Loss of every training step seen, in order.
  var losses: [Double] { state.withLock { $0.losses } }

  @Sendable func watch(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .opened(let run, let position, let total): open(run, position, total, &state)
      case .step(let record): step(record, &state)
      case .evaluation(let record):
        line(
          "\(record.moment.rawValue) training: "
            + (record.accuracy.map { "accuracy \(Number.percent($0)), " } ?? "")
            + "loss \(Number.fixed(record.loss, 4)) over \(record.sampleCount) samples")
      case .checkpoint(let position, let digest):
        if isVerbose { line("checkpoint before position \(position), digest \(digest)") }
      case .deviceLost(let reason): line("waiting for the device: \(reason)")
      case .deviceBack(let position, let restored):
        line(
          "the device is back, \(restored ? "restored from the checkpoint" : "with its state"); "
            + "going on at position \(position)")
      case .note(let text): line(text)
      case .closed(let run): if !run.message.isEmpty && isVerbose { line(run.message) }
      }
    }
  }

  private func open(_ run: RunRecord, _ position: Int, _ total: Int, _ state: inout State) {
    do {
      state.plan = try run.decodedPlan()
    } catch {
      line("\(error)")
    }
    line(
      "run \(run.id ?? 0) on \(run.board): \(position == 0 ? "\(total) samples" : "going on at \(position) of \(total)")"
    )
  }

  private func step(_ record: StepRecord, _ state: inout State) {
    guard let plan = state.plan else { return }
    let (part, range) = Self.part(record, plan)
    if part != state.part {
      state.part = part
      state.began = .now
      state.firstPosition = record.position
      state.shownTenth = 0
      (state.loss, state.accuracy) = (nil, nil)
    }
    let weight = record.mode == .train ? 0.04 : 1 / Double(record.position - state.firstPosition + 1)
    state.loss = Self.mean(state.loss, record.loss, weight)
    state.accuracy = record.isCorrect.map { Self.mean(state.accuracy, $0 ? 1 : 0, weight) }
    if record.mode == .train { state.losses.append(record.loss) }
    show(record.position + 1 - range.lowerBound, of: range.count, &state, position: record.position)
  }

  private static func part(_ record: StepRecord, _ plan: TrainingPlan) -> (String, Range<Int>) {
    switch record.mode {
    case .train: ("train", plan.training)
    case .evaluate where record.position < plan.training.lowerBound: ("measure before", plan.evaluationBefore)
    case .evaluate: ("measure after", plan.evaluationAfter)
    }
  }

  private static func mean(_ old: Double?, _ new: Double, _ weight: Double) -> Double {
    old.map { $0 + (new - $0) * weight } ?? new
  }

  private func show(_ done: Int, of count: Int, _ state: inout State, position: Int) {
    let now = ContinuousClock.now
    let isLast = done == count
    let tenth = done * 10 / max(1, count)
    if isTerminal {
      guard isLast || now - state.shown > .milliseconds(80) else { return }
    } else {
      guard tenth != state.shownTenth else { return }
    }
    state.shown = now
    state.shownTenth = tenth
    guard !isQuiet else { return }
    let seconds = (now - state.began) / .seconds(1)
    let rate = Double(position - state.firstPosition + 1) / max(seconds, 1e-3)
    let left =
      isLast
      ? "in \(Number.duration(seconds: seconds))" : "\(Number.duration(seconds: Double(count - done) / rate)) left"
    let figures =
      "\(done)/\(count)  \(Number.fixed(rate, 1))/s  \(left)  loss \(Number.fixed(state.loss ?? 0, 3))"
      + (state.accuracy.map { "  accuracy \(Number.percent($0))" } ?? "")
    let head = state.part.padding(toLength: 14, withPad: " ", startingAt: 0)
    if isTerminal {
      Console.replaceLine("\(head) \(Self.bar(done, of: count)) \(figures)\(isLast ? "\n" : "")")
    } else {
      Console.note("\(head) \(figures)")
    }
  }

  private static func bar(_ done: Int, of count: Int) -> String {
    let filled = 24 * done / max(1, count)
    return "▕" + String(repeating: "█", count: filled) + String(repeating: "·", count: 24 - filled) + "▏"
  }

  private func line(_ text: String) {
    guard !isQuiet else { return }
    if isTerminal { Console.replaceLine("") }
    Console.note(text)
  }
}
