import FaultSimulation
import Testing

/// Whatever happens to line, device and host, a run ends with the weights of the run to which nothing happened, and its
/// journal holds each step once.
@Suite struct FaultSimulationTests {
  @Test func run_unpluggedAtEveryByte_endsAsIfNothingHad() async throws {
    let campaign = await Campaign.run(Campaign.everyUnplug())
    print(campaign)
    for failure in campaign.failures { Issue.record("unplug \(failure.seed): \(failure.reason)") }
    #expect(try #require(campaign.recovery(percentile: 99, after: [.unplug, .reset])) <= 2000)
  }
}
