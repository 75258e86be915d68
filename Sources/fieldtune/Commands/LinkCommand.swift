import ArgumentParser
import Coordinator
import DeviceLink
import Foundation

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Measure the line to a device.", subcommands: [LinkBenchCommand.self])
}

struct LinkBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Fill the line both ways, and say what it carries, what it loses and how long an answer takes.")

  @Option(name: .long, parsing: .unconditional, help: "How long to measure.")
  var seconds = 6.0

  @Argument(help: "For loopback, host, qemu and emulator: an artifact's folder or a .tflite file; the demo model when absent.")
  var model: String?

  @OptionGroup var device: DeviceOptions
  @OptionGroup var settings: CompileSettings
  @OptionGroup var options: GlobalOptions

  /// Enough to fill a line with a latency of 16 ms, as an FTDI adapter has it.
  private static let policy = RetryPolicy(callsInFlight: 16)

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else {
      throw ValidationError("--seconds: found \(seconds), expected more than 0 and at most 3600")
    }
  }

  func run() async throws {
    let interrupt = Interrupt()
    defer { withExtendedLifetime(interrupt) {} }
    let name = try device.resolved()
    let prepared = try PreparedArtifact(
      model ?? DemoContent.locate().model, device: name, settings: settings, note: { options.detail($0) })
    let trace = try device.openTrace(of: [name])
    let source = try DeviceOpener(
      artifact: prepared.artifact, baud: device.baud, trace: trace, policy: Self.policy,
      faults: device.fault, note: { options.detail($0) }
    ).open(name).source
    let connection = try await source.connectLink()
    let words = Task { for await event in connection.events { options.note(event.sentence) } }
    let report: LinkBench
    do {
      report = try await connection.link.bench(for: .seconds(seconds))
    } catch {
      await connection.close()
      throw error
    }
    await connection.close()
    await words.value
    if let failure = trace?.failure { throw failure }
    options.print(report, text: Self.text(of: report, on: source.name))
  }

  private static func text(of report: LinkBench, on name: String) -> String {
    var table = TextTable(["\(name) (\(report.board), firmware \(report.firmware))", ""])
    table.add(["line", report.baud.map { "\(Number.grouped($0)) baud" } ?? "no line rate"])
    table.add(["to the device", rate(report.toDevice)])
    table.add(["from the device", rate(report.fromDevice)])
    let trip = report.roundTrip
    table.add([
      "round trip",
      "median \(Number.fixed(trip.medianMicroseconds, 0)) µs, 90 % \(Number.fixed(trip.p90Microseconds, 0)), "
        + "99 % \(Number.fixed(trip.p99Microseconds, 0)), longest \(Number.fixed(trip.longestMicroseconds, 0)) "
        + "of \(Number.grouped(trip.count))",
    ])
    let frames = report.frames
    table.add([
      "frames here",
      "sent \(Number.grouped(frames.sent)) (\(frames.resent) again), received \(Number.grouped(frames.received)), "
        + "damaged \(frames.damaged), timeouts \(frames.timeouts)",
    ])
    let counts = report.device.filter { $0.value != 0 }.sorted { $0.key < $1.key }
    table.add(["the device counted", counts.map { "\($0.key) \(Number.grouped($0.value))" }.joined(separator: ", ")])
    if let clock = report.clock { table.add(["device's clock", text(of: clock)]) }
    return table.text
  }

  private static func rate(_ direction: LinkBench.Direction) -> String {
    "\(Number.grouped(Int(direction.bytesPerSecond))) B/s"
      + (direction.share.map { $0 > 1.05 ? ", which is more than the rate: no real line" : ", \(Number.percent($0)) of the line" } ?? "")
  }

  private static func text(of clock: LinkBench.Clock) -> String {
    let drift = clock.driftPartsPerMillion.map { value in
      ", runs \(Number.fixed(value, 1)) ± \(Number.fixed(clock.driftBoundPartsPerMillion ?? 0, 1)) ppm fast"
    }
    return "known to ± \(Number.fixed(clock.offsetBoundSeconds * 1e6, 0)) µs" + (drift ?? "")
  }
}
