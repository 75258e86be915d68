import Coordinator
import Foundation
import Synchronization
import Telemetry

/// Shows a run on standard error: a bar with rate, time left, loss and accuracy on a terminal, a line every
/// tenth otherwise.
final class RunProgress: Sendable {
  private enum Part: Int, Comparable {
    case before, train, after

    static func < (left: Part, right: Part) -> Bool { left.rawValue < right.rawValue }

    var title: String {
      switch self {
      case .before: "measure before"
      case .train: "train"
      case .after: "measure after"
      }
    }
  }

  private struct State {
    var plan: TrainingPlan?
    var part: Part?
    /// When the part began, and what of it is done: boards that share a run tell of their samples in any order.
    var began = ContinuousClock.now
    var firstDone = 0
    var seen = 0
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
      case .paused(let position):
        line("paused before position \(position); 'fieldtune resume' goes on")
      case .goingOn(let position): line("going on at position \(position)")
      case .live(let counts): if counts.dropped > 0 && isVerbose { line("\(counts.dropped) live samples dropped") }
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
    // A board that shares the run may still measure while another trains.
    if let shown = state.part, part < shown { return }
    if part != state.part {
      state.part = part
      state.began = .now
      state.firstDone = max(0, record.position - range.lowerBound)
      state.seen = 0
      state.shownTenth = 0
      (state.loss, state.accuracy) = (nil, nil)
    }
    state.seen += 1
    let weight = record.mode == .train ? 0.04 : 1 / Double(state.seen)
    state.loss = Self.mean(state.loss, record.loss, weight)
    state.accuracy = record.isCorrect.map { Self.mean(state.accuracy, $0 ? 1 : 0, weight) }
    if record.mode == .train { state.losses.append(record.loss) }
    show(part, of: range.count, &state)
  }

  private static func part(_ record: StepRecord, _ plan: TrainingPlan) -> (Part, Range<Int>) {
    switch record.mode {
    case .train: (.train, plan.training)
    case .evaluate where record.position < plan.training.lowerBound: (.before, plan.evaluationBefore)
    case .evaluate: (.after, plan.evaluationAfter)
    }
  }

  private static func mean(_ old: Double?, _ new: Double, _ weight: Double) -> Double {
    old.map { $0 + (new - $0) * weight } ?? new
  }

  private func show(_ part: Part, of count: Int, _ state: inout State) {
    let now = ContinuousClock.now
    let done = min(state.firstDone + state.seen, count)
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
    let rate = Double(state.seen) / max(seconds, 1e-3)
    let left =
      isLast
      ? "in \(Number.duration(seconds: seconds))" : "\(Number.duration(seconds: Double(count - done) / rate)) left"
    let figures =
      "\(done)/\(count)  \(Number.fixed(rate, 1))/s  \(left)  loss \(Number.fixed(state.loss ?? 0, 3))"
      + (state.accuracy.map { "  accuracy \(Number.percent($0))" } ?? "")
    let head = part.title.padding(toLength: 14, withPad: " ", startingAt: 0)
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
