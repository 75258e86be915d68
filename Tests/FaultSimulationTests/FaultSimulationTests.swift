import FaultSimulation
import Foundation
import Testing

/// Whatever happens to line, device and host, a run ends with the weights of the run to which nothing happened, and its
/// journal holds each step once. `SIM_SEEDS=17..17` repeats one seed, `torture sim --seeds 1..1000000` tries more.
@Suite struct FaultSimulationTests {
  @Test func runs_throughEverythingThatCanHappen_endAsIfNothingHad() async {
    let campaign = await Campaign.run(SeedRange.chosen.map { seed in { Trial(seed: seed).run() } })
    print(campaign)
    for failure in campaign.failures { Issue.record("seed \(failure.seed): \(failure.reason)") }
    guard SeedRange.isDefault else { return }
    #expect(campaign.faults.total >= 1_000_000)
    for fault in Fault.allCases { #expect(campaign.faults[fault] > 0, "no \(fault)") }
  }

  @Test func run_unpluggedAtEveryByte_endsAsIfNothingHad() async throws {
    let campaign = await Campaign.run(Campaign.everyUnplug())
    print(campaign)
    for failure in campaign.failures { Issue.record("unplug \(failure.seed): \(failure.reason)") }
    #expect(try #require(campaign.recovery(percentile: 99, after: [.unplug, .reset])) <= 2000)
  }
}

private enum SeedRange {
  static let setting = ProcessInfo.processInfo.environment["SIM_SEEDS"]
  static var isDefault: Bool { setting == nil }

  static var chosen: ClosedRange<UInt64> {
    let ends = (setting ?? "1..5000").split(separator: "..").compactMap { UInt64($0) }
    guard let first = ends.first, let last = ends.last, first <= last else { return 1...5000 }
    return first...last
  }
}
