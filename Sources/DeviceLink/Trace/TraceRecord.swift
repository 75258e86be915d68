import Foundation
import WireProtocol

/// What a packet of a trace holds. Its first byte says which: 0 from the host, 1 from the device, as
/// the direction bit of frames has it, and 2 for what the host's end was told, which never was on the
/// line. The bytes on the line and these notes together determine every byte that the host sends.
package enum TraceRecord: Equatable, Sendable {
  /// One frame that the host sent.
  case sent([UInt8])
  /// A chunk as the transport gave it; frames may begin and end anywhere in it.
  case received([UInt8])
  case note(HostNote)
}

/// What the host's end was told.
package enum HostNote: Equatable, Sendable {
  /// A new connection over an open port.
  case begin(TraceSession)
  case call(Wire.Message)
  case sample(Wire.Sample)
  /// The clock had something to do.
  case tick
  /// The line has this rate now.
  case line(Int)
  /// The port was closed; why, for people.
  case end(String)

  private enum Code: UInt8 {
    case begin, call, sample, tick, end, line
  }
}

/// What determines a host end besides what it hears and is asked.
package struct TraceSession: Equatable, Sendable, Codable {
  /// What the port is called.
  package var name: String
  package var session: UInt64
  /// Nanoseconds since 1970 of the moment from which this end counts its time.
  package var zero: UInt64
  package var policy: RetryPolicy
  package var expected: ExpectedHashes?
  /// How long the greeting may take.
  package var timeout: Duration
  package var speed: SpeedPlan?
}

extension TraceRecord {
  private static let noteMark: UInt8 = 2

  var bytes: [UInt8] {
    switch self {
    case .sent(let bytes): [Wire.Side.host.rawValue] + bytes
    case .received(let bytes): [Wire.Side.device.rawValue] + bytes
    case .note(let note): [Self.noteMark] + note.bytes
    }
  }

  /// `nil` for what this version does not know.
  package init?(_ bytes: [UInt8]) {
    guard let mark = bytes.first else { return nil }
    let content = Array(bytes.dropFirst())
    switch mark {
    case Wire.Side.host.rawValue: self = .sent(content)
    case Wire.Side.device.rawValue: self = .received(content)
    case Self.noteMark:
      guard let note = HostNote(content) else { return nil }
      self = .note(note)
    default: return nil
    }
  }
}

extension HostNote {
  /// A code, and a message, a sentence or JSON.
  fileprivate var bytes: [UInt8] {
    switch self {
    case .begin(let session): [Code.begin.rawValue] + session.json
    case .call(let message): [Code.call.rawValue] + message.bytes
    case .sample(let sample): [Code.sample.rawValue] + sample.bytes
    case .tick: [Code.tick.rawValue]
    case .line(let baud): [Code.line.rawValue] + "\(baud)".utf8
    case .end(let reason): [Code.end.rawValue] + reason.utf8
    }
  }

  fileprivate init?(_ bytes: [UInt8]) {
    guard let code = bytes.first.flatMap(Code.init) else { return nil }
    let content = Array(bytes.dropFirst())
    switch code {
    case .begin:
      guard let session = TraceSession(json: content) else { return nil }
      self = .begin(session)
    case .call:
      guard let message = Self.message(content) else { return nil }
      self = .call(message)
    case .sample:
      guard case .sample(let sample) = Self.message(content) else { return nil }
      self = .sample(sample)
    case .tick: self = .tick
    case .line:
      guard let baud = Int(String(decoding: content, as: UTF8.self)) else { return nil }
      self = .line(baud)
    case .end: self = .end(String(decoding: content, as: UTF8.self))
    }
  }

  private static func message(_ bytes: [UInt8]) -> Wire.Message? {
    do { return try Wire.Message(bytes, from: .host) } catch { return nil }
  }
}

extension TraceSession {
  fileprivate var json: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do {
      return [UInt8](try encoder.encode(self))
    } catch {
      preconditionFailure("a session that cannot be encoded: \(error)")
    }
  }

  fileprivate init?(json: [UInt8]) {
    do { self = try JSONDecoder().decode(Self.self, from: Data(json)) } catch { return nil }
  }
}
