/// One run of training: a row of `runs`.
package struct RunRecord: Hashable, Sendable, Codable {
  package enum State: String, Hashable, Sendable, Codable {
    /// A coordinator works on it, or was killed while it did.
    case running
    /// As `running`, and its device is away.
    case waiting
    /// Rests where the user paused it; `resume` goes on.
    case paused
    /// Stopped by the user or by an error after a checkpoint; can be resumed.
    case stopped
    /// Every sample of its plan was applied.
    case finished

    /// Whether a daemon that starts takes it up.
    package var isUnderWay: Bool {
      switch self {
      case .running, .waiting: true
      case .paused, .stopped, .finished: false
      }
    }
  }

  /// Small number for people, given by the store; `nil` until inserted.
  package var id: Int64?
  /// The number the device knows the run by: random, so that two stores do not meet in one device.
  package var number: Int64
  package var state: State
  /// The model's name.
  package var model: String
  /// Key of its row in `artifacts`.
  package var artifact: String
  /// What the user called the device, and the board that answered.
  package var device: String
  package var board: String
  /// The plan of samples: JSON of the coordinator's own type.
  package var plan: String
  /// Digest of the data in the order of the files, so that a resumed run meets the same samples.
  package var data: String
  /// What the user wrote for the data, for messages.
  package var dataSource: String
  package var createdMilliseconds: Int64
  package var updatedMilliseconds: Int64
  /// Why it stopped, as one sentence; empty otherwise.
  package var message: String
  /// JSON of the result once it is finished.
  package var result: String?
  /// The run of several boards that this one, on one of them, is part of.
  package var parent: Int64?

  package init(
    number: Int64, state: State, model: String, artifact: String, device: String, board: String, plan: String,
    data: String, dataSource: String, createdMilliseconds: Int64, parent: Int64? = nil
  ) {
    id = nil
    self.number = number
    self.state = state
    self.model = model
    self.artifact = artifact
    self.device = device
    self.board = board
    self.plan = plan
    self.data = data
    self.dataSource = dataSource
    self.createdMilliseconds = createdMilliseconds
    updatedMilliseconds = createdMilliseconds
    message = ""
    result = nil
    self.parent = parent
  }
}
