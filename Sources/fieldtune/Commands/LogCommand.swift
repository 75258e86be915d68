import ArgumentParser
import Foundation
import Telemetry

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "What happened in a run: devices lost and back, checkpoints, pauses, faults.")

  @Argument(help: "The number of a run.")
  var run: Int64

  @OptionGroup var backendOptions: BackendOptions
  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let run: Int64
    let lines: [LogRecord]
  }

  func run() async throws {
    let lines = try await backendOptions.backend().log(of: run)
    options.print(Report(run: run, lines: lines), text: lines.map(Self.text).joined(separator: "\n"))
  }

  private static func text(of line: LogRecord) -> String {
    let time = Date(timeIntervalSince1970: Double(line.milliseconds) / 1000).formatted(
      .iso8601.time(includingFractionalSeconds: true))
    let place = line.position.map { "before position \($0)" } ?? ""
    return [time, line.kind.rawValue, place, line.text].filter { !$0.isEmpty }.joined(separator: "  ")
  }
}
