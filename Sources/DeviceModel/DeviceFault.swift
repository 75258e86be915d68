import WireProtocol

/// Why a message was not carried out; becomes an ERROR_REPORT.
struct DeviceFault: Error, Equatable {
  let code: Wire.ErrorCode
  /// The number that the code names.
  let context: UInt32

  init(_ code: Wire.ErrorCode, context: UInt32) {
    self.code = code
    self.context = context
  }

  /// A message that cannot be read. `WireError` names the field as `message.field`.
  init(_ error: WireError) {
    switch error {
    case .unknownMessage(let identifier, _):
      self.init(.unknownMessage, context: UInt32(identifier))
    case .truncated(let field, _, _), .tooLong(let field, _, _), .unknownCase(let field, _), .impossible(let field, _, _):
      let kind = Wire.MessageKind.allCases.first { field.hasPrefix("\($0).") }
      self.init(.malformedMessage, context: UInt32(kind?.rawValue ?? 0))
    }
  }

  var report: Wire.ErrorReport {
    Wire.ErrorReport(category: code.category, code: code, context: context, text: code.sentence)
  }
}

extension Wire.ErrorCode {
  /// The layer a code is about: its hundreds.
  var category: Wire.ErrorCategory {
    switch self {
    case .malformedMessage, .unknownMessage, .messageTooLong: .message
    case .noRun, .wrongRun, .indexAhead, .indexForgotten, .runActive: .session
    case .inputSize, .labelRange, .rateRange, .velocityMissing: .sample
    case .segmentUnknown, .segmentRange: .segment
    case .deviceFault: .device
    }
  }

  /// The same words as in Firmware/runtime/session_answer.c.
  var sentence: String {
    switch self {
    case .malformedMessage: "a field reaches past the end of the message or names nothing"
    case .unknownMessage: "the host sends no such message"
    case .messageTooLong: "the message is longer than the device can hold"
    case .noRun: "a sample came while no run is open"
    case .wrongRun: "the message names another run than the open one"
    case .indexAhead: "the sample is not the next one"
    case .indexForgotten: "the sample was applied and its answer is no longer kept"
    case .runActive: "not while a run is open"
    case .inputSize: "input and target have another size than the model's"
    case .labelRange: "the label is no class of the model"
    case .velocityMissing: "the step is held back or has momentum, and the model has no velocities"
    case .rateRange: "the learning rate's mantissa is neither 0 nor in [2^30, 2^31)"
    case .segmentUnknown: "the training state has no such segment"
    case .segmentRange: "offset and count leave the segment"
    case .deviceFault: "the board reports a fault"
    }
  }
}
