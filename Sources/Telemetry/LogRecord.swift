/// One line of a run's log: a row of `log`.
package struct LogRecord: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case opened, checkpoint, evaluation, lost, back, paused, resumed, note, closed
  }

  package var run: Int64
  package var milliseconds: Int64
  package var kind: Kind
  /// Where the run stood, where that is known.
  package var position: Int?
  /// For people; empty where kind and position say all.
  package var text: String

  package init(run: Int64, milliseconds: Int64, kind: Kind, position: Int?, text: String) {
    self.run = run
    self.milliseconds = milliseconds
    self.kind = kind
    self.position = position
    self.text = text
  }
}

extension LogRecord {
  /// What of an event stays in the log; `nil` for what other tables hold.
  package init?(_ event: RunEvent, run: Int64, milliseconds: Int64) {
    let (kind, position, text): (Kind, Int?, String)
    switch event {
    case .opened(let record, let at, let total): (kind, position, text) = (.opened, at, "\(total) samples, \(record.board)")
    case .evaluation(let record):
      (kind, position, text) = (.evaluation, nil, "\(record.moment.rawValue) training: loss \(record.loss)")
    case .checkpoint(let at, let digest): (kind, position, text) = (.checkpoint, at, digest)
    case .deviceLost(let reason): (kind, position, text) = (.lost, nil, reason)
    case .deviceBack(let at, let restored):
      (kind, position, text) = (.back, at, restored ? "restored from the checkpoint" : "with its state")
    case .paused(let at): (kind, position, text) = (.paused, at, "")
    case .goingOn(let at): (kind, position, text) = (.resumed, at, "")
    case .note(let line): (kind, position, text) = (.note, nil, line)
    case .closed(let record): (kind, position, text) = (.closed, nil, "\(record.state.rawValue) \(record.message)")
    case .step, .live: return nil
    }
    self.init(run: run, milliseconds: milliseconds, kind: kind, position: position, text: text)
  }
}
