import Synchronization
import Telemetry

/// Counts what happens in one run.
final class RunMetrics: Sendable {
  /// The mean forgets in about this many steps.
  private static let smoothingSteps = 50.0

  private let registry: MetricsRegistry
  /// Of one sample with its target.
  private let sampleBytes: Int
  private let smoothLoss = Mutex<Double?>(nil)

  init(registry: MetricsRegistry, sampleBytes: Int) {
    self.registry = registry
    self.sampleBytes = sampleBytes
  }

  func count(_ event: RunEvent) {
    switch event {
    case .step(let record): count(record)
    case .evaluation(let record):
      guard let accuracy = record.accuracy else { break }
      registry.set(
        .accuracy, .init("run", "\(record.run)"), .init("moment", record.moment.rawValue), to: accuracy)
    case .checkpoint: registry.add(to: .checkpoints)
    case .deviceLost: registry.add(to: .devicesLost)
    case .closed(let run): registry.add(to: .runs, .init("state", run.state.rawValue))
    case .live(let counts):
      for (fate, count) in [("accepted", counts.accepted), ("dropped", counts.dropped), ("refused", counts.refused)] {
        registry.set(.liveSamples, .init("run", "\(counts.run)"), .init("fate", fate), to: Double(count))
      }
    case .opened, .deviceBack, .paused, .goingOn, .note: break
    }
  }

  private func count(_ step: StepRecord) {
    let run = MetricsRegistry.Label("run", "\(step.run)")
    let mode = MetricsRegistry.Label("mode", "\(step.mode)")
    registry.add(to: .steps, run, mode)
    registry.add(Double(sampleBytes), to: .sampleBytes, run)
    if step.isCorrect == true { registry.add(to: .correct, run, mode) }
    guard step.mode == .train else { return }
    registry.set(.loss, run, to: smoothed(step.loss))
    registry.add(Double(step.saturated), to: .saturated, run)
    registry.add(Double(step.unchanged), to: .unchanged, run)
    for (phase, ticks) in [
      ("wait", step.waitTicks), ("forward", step.forwardTicks), ("backward", step.backwardTicks),
      ("update", step.updateTicks),
    ] { registry.add(Double(ticks), to: .phaseTicks, run, .init("phase", phase)) }
  }

  private func smoothed(_ loss: Double) -> Double {
    smoothLoss.withLock { mean in
      let next = mean.map { $0 + (loss - $0) / Self.smoothingSteps } ?? loss
      mean = next
      return next
    }
  }
}
