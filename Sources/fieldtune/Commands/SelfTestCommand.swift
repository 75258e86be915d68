import ArgumentParser
import Coordinator
import DeviceLink
import Foundation

struct SelfTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Examine a device: a step with a known result, memory, every line speed, timing, clock, error counters.")

  @Argument(help: "An artifact's folder or a .tflite file; the shipped demo model when absent.")
  var model: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Also write the report as Markdown, to attach to an issue.", valueName: "file.md"))
  var report: String?

  @OptionGroup var device: DeviceOptions
  @OptionGroup var settings: CompileSettings
  @OptionGroup var options: GlobalOptions

  /// Readings of the clock enough for its rate.
  private static let policy = RetryPolicy(clockInterval: .milliseconds(200))

  func run() async throws {
    let interrupt = Interrupt()
    defer { withExtendedLifetime(interrupt) {} }
    let name = try device.resolved()
    let prepared = try PreparedArtifact(
      model ?? DemoContent.locate().model, device: name, settings: settings, note: { options.note($0) })
    let trace = try device.openTrace(of: [name])
    var opener = DeviceOpener(
      artifact: prepared.artifact, baud: device.baud, trace: trace, policy: Self.policy, faults: device.fault,
      note: { options.detail($0) })
    opener.triesEveryRate = true
    let source = try opener.open(name).source
    let connection = try await source.connectLink()
    let events = Task {
      var events: [DeviceEvent] = []
      for await event in connection.events {
        options.note(event.sentence)
        events.append(event)
      }
      return events
    }
    let test = SelfTest(device: source.name, manifest: prepared.artifact.manifest)
    var report = await test.examine(
      connection, stackBytes: try stackBytes(of: connection.info.board), isRealTime: name.isRealTime)
    await connection.close()
    report.conclude(await events.value, connection.info)
    if let failure = trace?.failure { throw failure }
    try show(SelfTestSummary(report, of: name))
  }

  private func stackBytes(of board: String) throws -> Int? {
    try Workspace.catalog().boards.first { $0.name == board && !$0.memory.isEmpty }?.stackBytes
  }

  private func show(_ summary: SelfTestSummary) throws {
    if let report {
      do {
        try summary.markdown.write(toFile: report, atomically: true, encoding: .utf8)
      } catch {
        throw Failure(
          .cannotCreate, code: "cannot-create", "\(report): cannot be written: \(SystemReason.text(of: error))")
      }
    }
    options.print(summary, text: summary.text)
    guard let failure = summary.failure else { return }
    if !options.json { Console.note("fieldtune: \(failure.message)") }
    throw ExitCode(failure.status.rawValue)
  }
}
