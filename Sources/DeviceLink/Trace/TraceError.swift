/// What can be wrong with a trace.
package enum TraceError: Error, Equatable {
  /// The file is no capture of a link.
  case notACapture(name: String, found: String, expected: String)
  /// A packet says something that no host end of this version does.
  case badPacket(name: String, number: Int, found: String, expected: String)
  /// The file cannot be written.
  case cannotWrite(name: String, reason: String)
}

extension TraceError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notACapture(let name, let found, let expected):
      "\(name): found \(found), expected \(expected)"
    case .badPacket(let name, let number, let found, let expected):
      "\(name): packet \(number): found \(found), expected \(expected): replay it with the program that wrote it"
    case .cannotWrite(let name, let reason):
      "\(name): the trace cannot be written: \(reason)"
    }
  }
}
