import Coordinator
import Foundation

/// What a self-test found, as a table, as JSON, and as Markdown for an issue.
struct SelfTestSummary: Encodable {
  private let report: SelfTestReport
  private let device: DeviceName

  init(_ report: SelfTestReport, of device: DeviceName) {
    self.report = report
    self.device = device
  }

  var failure: Failure? {
    let names = report.failed.map(\.name)
    guard !names.isEmpty else { return nil }
    let isGone = names.contains("connection")
    let isOther = names.contains("firmware")
    return Failure(
      isGone ? .unavailable : .refused, code: isGone ? "device-unavailable" : isOther ? "device-mismatch" : "self-test",
      "\(report.device): \(names.count) of \(report.checks.count) checks failed: "
        + report.failed.map { "\($0.name): \($0.found)" }.joined(separator: "; "))
  }

  var text: String {
    var table = TextTable(["\(report.device) (\(report.board), firmware \(report.firmware))", "", ""])
    for check in report.checks { table.add([check.name, check.outcome.rawValue, check.found]) }
    return table.text
  }

  /// The report's keys, those of the golden step beside them, and what failed as commands that fail say it.
  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    try report.step?.encode(to: encoder)
    guard let failure else { return }
    var container = encoder.container(keyedBy: ErrorKey.self)
    try container.encode(["code": failure.code, "message": failure.message], forKey: .error)
  }

  private enum ErrorKey: CodingKey { case error }
}

extension SelfTestSummary {
  var markdown: String {
    let failed = report.failed.count
    let head = [
      "# fieldtune selftest: \(report.board), \(failed == 0 ? "passed" : "\(failed) checks failed")", "",
      "fieldtune \(Fieldtune.configuration.version) on \(Self.system), device: \(kind), unique id \(report.uid), "
        + "firmware \(report.firmware)", "",
    ]
    let hashes = report.hashes
    let sections = [
      Self.table(["check", "outcome", "found"], report.checks.map { [$0.name, $0.outcome.rawValue, $0.found] }),
      Self.table(
        ["memory", "bytes", "planned", "most used"],
        report.memory.map { [$0.name, "\($0.bytes)", "\($0.plannedBytes)", "\($0.highWaterBytes)"] }),
      Self.table(
        ["baud", "outcome", "frames", "lost"],
        report.trials.map { ["\($0.baud)", $0.outcome.rawValue, "\($0.frames)", "\($0.lost)"] }),
      Self.table(
        ["counter of the device", "since its start"],
        (report.line?.device ?? [:]).sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] }),
      Self.table(
        ["hash", ""],
        [
          ["schema", hashes.schema], ["model", hashes.model], ["plan", hashes.plan], ["semantics", hashes.semantics],
          ["layout", hashes.layout],
        ]),
      report.events.map { "- \($0)\n" }.joined(),
    ]
    return withoutNames((head + sections.filter { !$0.isEmpty }).joined(separator: "\n"))
  }

  /// What kind of device it is: the path of a port or socket may name a person.
  private var kind: String {
    switch device {
    case .loopback, .host, .qemu, .emulator: device.description
    case .port, .usb: "a serial port"
    case .socket: "a socket"
    }
  }

  private func withoutNames(_ text: String) -> String {
    text.replacing(report.device, with: kind).replacing(NSHomeDirectory() + "/", with: "~/")
  }

  private static var system: String {
    let process = ProcessInfo.processInfo
    return "\(process.operatingSystemVersionString), \(process.activeProcessorCount) cores"
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    guard !rows.isEmpty else { return "" }
    let lines = [head, head.map { _ in "---" }] + rows
    return lines.map { "| " + $0.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ") + " |\n" }
      .joined()
  }
}
