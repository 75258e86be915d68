/// Why a message cannot be read.
package enum WireError: Error, Equatable {
  /// A field reaches past the end of the message.
  case truncated(field: String, neededBytes: Int, foundBytes: Int)
  /// A count is above what the schema allows.
  case tooLong(field: String, found: Int, maximum: Int)
  /// A value is outside of its enum.
  case unknownCase(field: String, found: UInt64)
  /// No such message comes from this side.
  case unknownMessage(identifier: UInt8, sender: Wire.Side)
  /// A value that no honest peer sends.
  case impossible(field: String, found: UInt64, expected: String)
}

extension WireError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated(let field, let needed, let found):
      "\(field): found \(found) bytes, expected \(needed); the message was cut"
    case .tooLong(let field, let found, let maximum):
      "\(field): found a count of \(found), expected at most \(maximum)"
    case .unknownCase(let field, let found):
      "\(field): found \(found), which names nothing; is the other side newer than this one?"
    case .unknownMessage(let identifier, let sender):
      "message: found identifier \(identifier), expected one that the \(sender) sends"
    case .impossible(let field, let found, let expected):
      "\(field): found \(found), expected \(expected)"
    }
  }
}
