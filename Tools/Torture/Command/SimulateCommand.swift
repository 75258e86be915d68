import ArgumentParser
import FaultSimulation

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sim", abstract: "Run host and firmware in virtual time, one course of faults for each seed.")

  @Option(help: "The seeds: one, or the first and the last as 1..5000.")
  var seeds = "1..5000"

  func validate() throws {
    guard Self.range(seeds) != nil else { throw ValidationError("--seeds: found '\(seeds)', expected 7 or 1..5000") }
  }

  func run() async throws {
    guard let range = Self.range(seeds) else { return }
    let summary = await Campaign.run(range.map { seed in { Trial(seed: seed).run() } })
    print(summary)
    if !summary.failures.isEmpty { throw ExitCode.failure }
  }

  private static func range(_ text: String) -> ClosedRange<UInt64>? {
    let ends = text.split(separator: "..").map { UInt64($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else { return nil }
    return first...last
  }
}

struct UnplugCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unplug", abstract: "Unplug at every byte of a short run in virtual time.")

  func run() async throws {
    let summary = await Campaign.run(Campaign.everyUnplug())
    print(summary)
    if !summary.failures.isEmpty { throw ExitCode.failure }
  }
}
