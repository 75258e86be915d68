import Foundation
import Telemetry

/// One line from a client: `{"run":{"id":3}}`. Bytes are base64.
package enum ControlRequest: Hashable, Sendable, Codable {
  /// Who is there? Answered by `info`.
  case ping
  /// Answered by `devices`.
  case devices
  /// All runs, the newest first, without their results. Answered by `runs`.
  case runs
  /// Answered by `run`.
  case run(id: Int64)
  /// Opens an upload. No answer before `start`.
  case train(request: TrainRequest)
  /// A piece of the upload. No answer.
  case part(name: UploadPart, bytes: Data)
  /// Begins the run: `accepted`, then `event`s, then `result`. The run goes on if the client leaves.
  case start
  /// Events of a run that is under way, from now on, then its `result`.
  case watch(id: Int64)
  /// The link of a run that is under way or has just ended. Answered by `link`.
  case link(id: Int64)
  /// Ends a run after the samples already sent, with a checkpoint. Answered by `done`.
  case stop(id: Int64)
  /// Lets a run rest after the samples already sent, with a checkpoint. Answered by `done`.
  case pause(id: Int64)
  /// Goes on with a run that was paused, or that an error stopped. Answered by `done`.
  case resume(id: Int64)
  /// The runs under way and those that rest. Answered by `status`.
  case status
  /// What happened in a run. Answered by `log`.
  case log(id: Int64)
  /// Answered by `checkpoints`.
  case checkpoints(id: Int64)
  /// One checkpoint, `nil` for the newest: `bytes` pieces of a checkpoint file, then `done`.
  case checkpoint(id: Int64, generation: Int?)
  /// A piece of a checkpoint file, for `restore`. No answer.
  case piece(bytes: Data)
  /// Takes a run that rests back to the checkpoint of this generation, or to the one that came in pieces. Answered by
  /// `done`.
  case restore(id: Int64, generation: Int?)
  /// The model file with what a run has learnt: `bytes` pieces, then `done`.
  case export(id: Int64)
}

/// One line from the daemon.
package enum ControlReply: Hashable, Sendable, Codable {
  case info(daemon: DaemonInfo)
  case devices(list: [DeviceSummary])
  case runs(list: [RunRecord])
  case run(record: RunRecord, evaluations: [EvaluationRecord], steps: Int)
  case accepted(run: Int64)
  /// A client that reads too slowly misses some; the result is whole.
  case event(event: RunEvent)
  case result(result: TrainResult)
  /// Without a view before the first connection.
  case link(view: LinkView?)
  case status(list: [RunStatus])
  case log(lines: [LogRecord])
  case checkpoints(list: [CheckpointSummary])
  case bytes(bytes: Data)
  case done
  case failure(failure: ControlFailure)
}
