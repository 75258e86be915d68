import Foundation
import Logging

/// One JSON object a line on standard error.
struct JSONLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  private static let timeFormat = Date.ISO8601FormatStyle.iso8601.year().month().day()
    .time(includingFractionalSeconds: true).timeZone(separator: .omitted)

  init(logLevel: Logger.Level) { self.logLevel = logLevel }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields = metadata.merging(event.metadata ?? [:]) { _, own in own }.mapValues { "\($0)" }
    fields["level"] = event.level.rawValue
    fields["message"] = "\(event.message)"
    fields["time"] = Date().formatted(Self.timeFormat)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      FileHandle.standardError.write(try encoder.encode(fields) + Data("\n".utf8))
    } catch {
      // A dictionary of strings always encodes.
      FileHandle.standardError.write(Data("\(event.message)\n".utf8))
    }
  }
}
