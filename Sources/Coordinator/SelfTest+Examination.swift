import ArtifactManifest
import DeviceLink
import Foundation
import Telemetry
import WireProtocol

/// The golden step, and all else that can be seen of a device from outside.
extension SelfTest {
  /// Of a board on its internal oscillator: 1 % over temperature (RM0385, RM0090). At 2 % a serial line ends.
  private static let mostDrift = 0.01
  /// Three directions of `LinkBench`, of which the last asks for the clock in quiet.
  private static let benchTime = Duration.seconds(4)
  /// As `SpeedTest`: more is a line to be mended.
  private static let mostLoss = 1e-3

  /// Examines a device whose line was opened to try every rate.
  ///
  /// - Parameters:
  ///   - stackBytes: reserved for the stack of its board; nil when it is not known.
  ///   - isRealTime: false for a device whose time is computed: then neither its clock nor how long it takes to answer
  ///     says anything of it.
  /// - Returns: the report without what the device's events tell, for `conclude`.
  package func examine(_ connection: LinkConnection, stackBytes: Int?, isRealTime: Bool) async -> SelfTestReport {
    let info = connection.info
    let link = connection.link
    var report = SelfTestReport(device: device, info)
    report.baud = await link.baud.flatMap { $0 > 0 ? $0 : nil }
    report.trials = await link.speedTrials
    do {
      let before = try await link.counters()
      try await addStep(to: &report, on: connection, stackBytes: stackBytes)
      report.addMemory()
      report.addTrials(isRealTime: isRealTime)
      let bench = try await link.bench(for: Self.benchTime)
      report.line = bench
      report.addLine(bench, mostLoss: Self.mostLoss)
      report.addErrors(before: before.counts, after: bench.device)
      report.addClock(bench.clock, info, mostDrift: Self.mostDrift, isRealTime: isRealTime)
    } catch {
      report.add("connection", .failed, (error as? DeviceFailure)?.reason ?? "\(error)")
    }
    return report
  }

  /// - Throws: `DeviceFailure` when the device is gone; what it does wrong is in the report.
  private func addStep(
    to report: inout SelfTestReport, on connection: LinkConnection, stackBytes: Int?
  ) async throws {
    do {
      try DeviceCheck.verify(connection.info, against: manifest, device: device)
      report.add("firmware", .passed, "it runs this artifact: model \(report.hashes.model), plan \(report.hashes.plan)")
    } catch {
      report.add("firmware", .failed, error.description)
      return report.add("golden step", .skipped, "the device runs another artifact")
    }
    do {
      report.addStep(try await run(on: connection), connection.info, stackBytes: stackBytes)
    } catch let error as CoordinatorError {
      report.add("golden step", .failed, error.description)
    }
  }
}

extension SelfTestReport {
  init(device: String, _ info: Wire.DeviceInfo) {
    self.init(
      device: device, board: info.board, firmware: info.firmware, uid: DeviceDescription(info).identifier,
      hashes: Hashes(
        schema: HexDigest(Wire.schemaHash).text, model: HexDigest(info.modelHash).text, plan: HexDigest(info.planHash).text,
        semantics: HexDigest(info.semanticsHash).text, layout: HexDigest(info.layoutHash).text),
      memory: info.memory.map {
        Region(
          name: $0.name, bytes: Int($0.byteCount), plannedBytes: Int($0.plannedBytes),
          highWaterBytes: Int($0.highWaterBytes))
      })
  }

  fileprivate mutating func addTrials(isRealTime: Bool) {
    let late = isRealTime ? SelfTestReport.Check.Outcome.failed : .skipped
    let excuse = isRealTime ? "" : ", or its computed time fell behind"
    if trials.isEmpty { add("line speeds", .skipped, "this line has no rate, or --baud pins it") }
    for trial in trials {
      let name = "line at \(trial.baud) baud"
      switch trial.outcome {
      case .good: add(name, .passed, "\(trial.frames) frames, \(trial.lost) lost")
      case .lossy:
        add(name, late, "\(trial.lost) of \(trial.frames) frames lost: too fast for this cable or adapter\(excuse)")
      case .silent: add(name, late, "nothing came back in time\(excuse)")
      case .refusedByDevice: add(name, .skipped, "the device's clock cannot make it")
      case .refusedHere: add(name, .skipped, "this computer's port cannot make it")
      }
    }
  }

  fileprivate mutating func addMemory() {
    if memory.isEmpty { return add("memory", .skipped, "this device has no memory map") }
    for region in memory {
      let most = max(region.plannedBytes, region.highWaterBytes)
      expect(
        most <= region.bytes, "memory \(region.name)",
        "\(region.plannedBytes) B planned of \(region.bytes) B"
          + (region.highWaterBytes > 0 ? ", at most \(region.highWaterBytes) B used" : ""))
    }
  }

  fileprivate mutating func addStep(_ step: SelfTest.Report, _ info: Wire.DeviceInfo, stackBytes: Int?) {
    self.step = step
    add("golden step", .passed, "digest \(step.digest), loss \(String(format: "%.4f", step.loss)), as expected")
    let parts = "forward \(step.forward), backward \(step.backward), update \(step.update) \(step.unit)"
    expect(step.forward > 0, "timing", step.forward > 0 ? parts : "\(parts): the counter stands still")
    guard step.stackHighWaterBytes > 0 else { return add("stack", .skipped, "this device does not measure it") }
    expect(
      step.stackHighWaterBytes <= stackBytes ?? .max, "stack",
      "at most \(step.stackHighWaterBytes) B used" + (stackBytes.map { " of \($0) B" } ?? ""))
  }

  fileprivate mutating func addLine(_ bench: LinkBench, mostLoss: Double) {
    let frames = bench.frames
    // A frame sent again may only have been answered late, by a busy computer; one that is damaged was lost on the line.
    // One piece may be left of a change of the line's rate.
    expect(
      Double(frames.damaged) <= 1 + mostLoss * Double(frames.received), "link pattern",
      "\(Int(bench.toDevice.bytesPerSecond)) B/s to the device, \(Int(bench.fromDevice.bytesPerSecond)) B/s back, "
        + "\(frames.damaged) of \(frames.received) frames damaged, \(frames.resent) of \(frames.sent) sent again, "
        + "round trip \(Int(bench.roundTrip.medianMicroseconds)) µs")
  }

  fileprivate mutating func addErrors(before: [String: Int], after: [String: Int]) {
    let names = ["overruns", "framingErrors", "noiseErrors", "bytesDropped", "damaged", "malformed"]
    let found = names.compactMap { name in
      let count = (after[name] ?? 0) - (before[name] ?? 0)
      return count > 0 ? "\(name) \(count)" : nil
    }
    expect(found.isEmpty, "line errors", found.isEmpty ? "the device counted none" : found.joined(separator: ", "))
  }

  fileprivate mutating func addClock(_ clock: LinkBench.Clock?, _ info: Wire.DeviceInfo, mostDrift: Double, isRealTime: Bool) {
    guard isRealTime else { return add("clock rate", .skipped, "the device's time is computed") }
    guard let drift = clock?.driftPartsPerMillion, let bound = clock?.driftBoundPartsPerMillion else {
      return add("clock rate", .skipped, "the device has no counter that could be compared")
    }
    expect(
      abs(drift) <= mostDrift * 1e6 + bound, "clock rate",
      "\(info.counterHertz) Hz, \(Int(drift.rounded())) ± \(Int(bound.rounded(.up))) ppm fast against this computer")
  }
}

extension SelfTestReport {
  /// - Parameter told: what the device told while it was connected.
  package mutating func conclude(_ told: [DeviceEvent], _ info: Wire.DeviceInfo) {
    events = told.compactMap { event in
      if case .lineSpeed = event { nil } else { event.sentence }
    }
    let crash = told.compactMap { event in if case .crash(let report) = event { report.sentence } else { nil } }.first
    expect(crash == nil, "crash record", crash ?? "none since the last connection")
    guard info.counterUnit == .cycles else { return add("clock source", .skipped, "only a board has oscillators") }
    let fallback = told.compactMap { event in
      if case .log(let log) = event, log.isClockFallback { log.sentence } else { nil }
    }.first
    expect(fallback == nil, "clock source", fallback ?? "the board reports no other than its crystal")
  }
}

extension Wire.Log {
  fileprivate var isClockFallback: Bool {
    [Wire.LogEvent.clockInternal.rawValue, Wire.LogEvent.clockSlow.rawValue].contains(event)
  }
}

extension DeviceFailure {
  package var reason: String {
    switch self {
    case .vanished(let reason), .refused(let reason): reason
    }
  }
}
