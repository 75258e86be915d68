/// Why a run does not begin or does not go on, each in one sentence.
package enum CoordinatorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The device did not appear, or stayed away for too long.
  case unavailable(device: String, reason: String)
  /// The user asked for a stop while the device was away.
  case interrupted(run: Int64, device: String)
  /// The coordinator ends; the run is as it was and goes on with the next one.
  case suspended(run: Int64, position: Int)
  /// The device runs another model, plan or board than the artifact's.
  case mismatch(device: String, what: String, found: String, expected: String, remedy: String)
  /// The device does not reach the known result of the golden step.
  case selfTestFailed(device: String, found: String, expected: String)
  /// The device did not carry out what it was asked for.
  case refused(device: String, reason: String)
  /// The training state came out of the device, or went into it, with another digest.
  case digestDiffers(device: String, position: Int, found: String, expected: String)
  /// The device says of a sample what cannot be true.
  case untrue(device: String, position: Int, what: String, found: String, expected: String)
  /// A resumed run was given other data or another artifact.
  case resumeMismatch(run: Int64, what: String, found: String, expected: String)
  /// The data does not fit the model.
  case unusableData(reason: String)
  /// The plan asks for what the artifact was not compiled for.
  case unusablePlan(reason: String)
  /// A run that has ended cannot be resumed; one that has not begun cannot be exported.
  case wrongState(run: Int64, reason: String)

  package var description: String {
    switch self {
    case .unavailable(let device, let reason):
      "device '\(device)': not available: \(reason)"
    case .interrupted(let run, let device):
      "run \(run) was stopped while device '\(device)' was away"
    case .suspended(let run, let position):
      "run \(run) rests before position \(position) and goes on when the daemon starts again: "
        + "'fieldtune watch \(run)' follows it then"
    case .mismatch(let device, let what, let found, let expected, let remedy):
      "device '\(device)': \(what): found \(found), expected \(expected): \(remedy)"
    case .selfTestFailed(let device, let found, let expected):
      "device '\(device)': self-test: the state after the golden step has digest \(found), expected \(expected): "
        + "build and flash the firmware again"
    case .refused(let device, let reason):
      "device '\(device)': refused: \(reason)"
    case .digestDiffers(let device, let position, let found, let expected):
      "device '\(device)': training state before position \(position): found digest \(found), expected \(expected): "
        + "resume the run from its last checkpoint"
    case .untrue(let device, let position, let what, let found, let expected):
      "device '\(device)': record of position \(position): \(what): found \(found), expected \(expected): "
        + "the device cannot be trusted; the run rests at its last checkpoint: resume it on another one"
    case .resumeMismatch(let run, let what, let found, let expected):
      "run \(run): \(what): found \(found), expected \(expected): resume it with what it began with"
    case .unusableData(let reason), .unusablePlan(let reason):
      reason
    case .wrongState(let run, let reason):
      "run \(run): \(reason)"
    }
  }
}
