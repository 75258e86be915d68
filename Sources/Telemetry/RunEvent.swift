/// What happens in a run, in order, for whoever watches: the terminal, the page, the metrics.
///
/// An event is sent after what it tells of is durable.
package enum RunEvent: Hashable, Sendable, Codable {
  /// The device is ready, and the run stands at `position` of `total`.
  case opened(run: RunRecord, position: Int, total: Int)
  /// A sample was applied.
  case step(record: StepRecord)
  /// A pass over the evaluation data is complete.
  case evaluation(record: EvaluationRecord)
  /// The training state was copied into the store.
  case checkpoint(position: Int, digest: String)
  /// The device is gone; the run waits for it.
  case deviceLost(reason: String)
  /// The device is back, and the run goes on at `position`.
  case deviceBack(position: Int, restored: Bool)
  /// The user paused it: nothing is sent, and the state before `position` is in the store.
  case paused(position: Int)
  /// It goes on after a pause.
  case goingOn(position: Int)
  /// Samples of a live run so far: in the store, dropped because they came too fast, and unreadable.
  case live(counts: LiveCountsRecord)
  /// A line of the device or of the coordinator, for people.
  case note(text: String)
  /// The run ended: finished, or stopped with a reason.
  case closed(run: RunRecord)
}
