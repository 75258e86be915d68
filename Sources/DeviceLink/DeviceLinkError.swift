import WireProtocol

/// What can go wrong between the coordinator and a device, each in one sentence.
package enum DeviceLinkError: Error, Equatable {
  /// Nothing answered the hello, or a device that did has been silent since.
  case noAnswer(name: String, waited: Duration)
  /// The device answered the hello with a refusal.
  case refused(name: String, reason: String)
  /// The device was built from another schema.
  case otherSchema(name: String, found: UInt64, expected: UInt64)
  /// The device runs another artifact.
  case otherArtifact(name: String, what: String, found: UInt64, expected: UInt64)
  /// The port vanished or was closed.
  case gone(name: String)
  /// The port failed otherwise.
  case portFailed(name: String, reason: String)
  /// The device rebooted or was taken over, and the training state of the open run with it.
  case stateLost(name: String, run: UInt64, reason: String)
  /// The device is connected and does not answer.
  case unanswered(name: String, what: String, waited: Duration)
  /// The device answered with an ERROR_REPORT.
  case rejected(name: String, what: String, report: Wire.ErrorReport)
  /// A sample that no device of this model takes; it was not sent.
  case badSample(name: String, index: UInt32, what: String, found: Int, expected: String)
  /// The segments of a training state are not those of the device.
  case otherSegments(name: String, found: String, expected: String)
  /// The device sent what the protocol does not allow here.
  case unexpected(name: String, what: String)
  /// Samples need a run: `beginRun` comes first.
  case noRun(name: String)
}

extension DeviceLinkError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noAnswer(let name, let waited):
      "\(name): no device answered within \(waited): is it powered, and does it run firmware "
        + "that 'fieldtune build' made?"
    case .refused(let name, let reason):
      "\(name): the device refuses the connection: \(reason)"
    case .otherSchema(let name, let found, let expected):
      "\(name): protocol: found schema \(hexadecimal(found)) on the device, expected "
        + "\(hexadecimal(expected)) as in this program: build and flash the firmware again"
    case .otherArtifact(let name, let what, let found, let expected):
      "\(name): \(what): found \(hexadecimal(found)) on the device, expected "
        + "\(hexadecimal(expected)) as in the artifact: build and flash the artifact's firmware"
    case .gone(let name):
      "\(name): the device is gone: plug it in again; no step is lost"
    case .portFailed(_, let reason):
      reason
    case .stateLost(let name, let run, let reason):
      "\(name): run \(run): \(reason), and its training state with it: go on from a checkpoint"
    case .unanswered(let name, let what, let waited):
      "\(name): \(what): no answer within \(waited) from a device that is connected: reset it"
    case .rejected(let name, let what, let report):
      "\(name): \(what): the device refuses: \(report.text) (code \(report.code.rawValue), "
        + "context \(report.context))"
    case .badSample(let name, let index, let what, let found, let expected):
      "\(name): sample \(index): \(what): found \(found), expected \(expected)"
    case .otherSegments(let name, let found, let expected):
      "\(name): training state: found segments \(found), expected \(expected) as on the device: "
        + "take a checkpoint of the same artifact"
    case .unexpected(let name, let what):
      "\(name): the device does not keep to the protocol: \(what)"
    case .noRun(let name):
      "\(name): a sample came and no run is open: begin a run first"
    }
  }
}
