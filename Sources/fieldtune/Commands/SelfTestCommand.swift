import ArgumentParser
import Coordinator
import DeviceLink

struct SelfTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Let a device do one step with a known result.")

  @Argument(help: "An artifact's folder or a .tflite file; the shipped demo model when absent.")
  var model: String?

  @OptionGroup var device: DeviceOptions
  @OptionGroup var settings: CompileSettings
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let interrupt = Interrupt()
    defer { withExtendedLifetime(interrupt) {} }
    let name = try device.resolved()
    let prepared = try PreparedArtifact(
      model ?? DemoContent.locate().model, device: name, settings: settings, note: { options.note($0) })
    let trace = try device.openTrace(of: [name])
    let source = try DeviceOpener(
      artifact: prepared.artifact, baud: device.baud, trace: trace, faults: device.fault, note: { options.detail($0) }
    ).open(name).source
    let connection = try await source.connect()
    let words = Task { for await event in connection.events { options.note(event.sentence) } }
    let report: SelfTest.Report
    do {
      report = try await SelfTest(device: source.name, manifest: prepared.artifact.manifest).run(on: connection)
    } catch {
      await connection.close()
      throw error
    }
    await connection.close()
    await words.value
    if let failure = trace?.failure { throw failure }
    options.print(
      report,
      text: """
        \(report.device) (\(report.board), firmware \(report.firmware)): passed
        digest \(report.digest), loss \(Number.fixed(report.loss, 4))
        forward \(Number.grouped(report.forward)), backward \(Number.grouped(report.backward)), \
        update \(Number.grouped(report.update)) \(report.unit); stack \(Number.grouped(report.stackHighWaterBytes)) B
        """)
  }
}
