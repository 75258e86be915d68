import Foundation

extension ControlRequest {
  /// Every request's name, as its line has it.
  private enum Name: String, CaseIterable {
    case ping, devices, runs, run, train, part, start, watch, link, stop, pause, resume, status, log, checkpoints, checkpoint,
      piece, restore, export
  }

  /// - Throws: `ControlFailure` with a sentence that names the request and the place in it.
  package init(line: [UInt8]) throws(ControlFailure) {
    let name = try Self.name(in: line)
    do {
      self = try JSONDecoder().decode(ControlRequest.self, from: Data(line))
    } catch let error as DecodingError {
      throw ControlFailure(.request, "request '\(name.rawValue)': \(error.sentence)")
    } catch {
      throw ControlFailure(.request, "request '\(name.rawValue)': \(error)")
    }
  }

  private static func name(in line: [UInt8]) throws(ControlFailure) -> Name {
    let expected = "expected one of " + Name.allCases.map(\.rawValue).joined(separator: ", ")
    let object: [String: AnyValue]
    do {
      object = try JSONDecoder().decode([String: AnyValue].self, from: Data(line))
    } catch {
      throw ControlFailure(.request, "request: found no JSON object, expected a line such as {\"ping\":{}}")
    }
    guard object.count == 1, let key = object.keys.first else {
      throw ControlFailure(.request, "request: found \(object.count) names, \(expected)")
    }
    guard let name = Name(rawValue: key) else {
      throw ControlFailure(.request, "request: found '\(key.prefix(40))', \(expected)")
    }
    return name
  }

  /// Any JSON value; only the key beside it matters.
  private struct AnyValue: Decodable {
    init(from decoder: any Decoder) {}
  }

  package func line() throws -> [UInt8] { try ControlLine.bytes(of: self) }
}

extension ControlReply {
  package init(line: [UInt8]) throws(ControlFailure) {
    do {
      self = try JSONDecoder().decode(ControlReply.self, from: Data(line))
    } catch {
      throw ControlFailure(
        .daemon, "daemon: found an answer this version cannot read: use fieldtune and fieldtuned of one version")
    }
  }

  package func line() throws -> [UInt8] { try ControlLine.bytes(of: self) }
}

private enum ControlLine {
  static func bytes(of value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }
}

extension DecodingError {
  /// Where, and what is wrong there.
  fileprivate var sentence: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(Self.place(context.codingPath + [key])): found nothing, expected a value"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "\(Self.place(context.codingPath)): expected \(type)"
    case .dataCorrupted(let context):
      "\(Self.place(context.codingPath)): \(context.debugDescription)"
    @unknown default:
      "\(self)"
    }
  }

  /// The first key is the request's name, which the sentence has already.
  private static func place(_ path: [any CodingKey]) -> String {
    path.dropFirst().map(\.stringValue).joined(separator: ".")
  }
}
