import DeviceLink
import Testing
import WireProtocol

/// Whatever the line does, the run ends as it does on a perfect line: the same answers once each,
/// the same digest. Both ends are the real ones; the clock is simulated.
struct ExactlyOnceTests {
  static let rows: [(name: String, faults: SimulatedLine.Faults, seeds: Int)] = [
    ("flips", .init(flip: 1e-3), 40),
    ("many flips", .init(flip: 1e-2), 10),
    ("drops", .init(drop: 3e-3), 40),
    ("duplicates", .init(double: 3e-3), 40),
    ("insertions", .init(insert: 3e-3), 40),
    ("cuts", .init(cut: 1e-3, cutMilliseconds: 1...1500), 30),
    ("everything", .init(flip: 1e-3, drop: 1e-3, double: 1e-3, insert: 1e-3, cut: 2e-3), 60),
  ]

  private func perfect(_ samples: [DeviceSample]) throws -> Simulation.Outcome {
    var simulation = Simulation(ModelDevice(bootID: 1))
    return try #require(try simulation.runScript(samples))
  }

  @Test(arguments: DeviceKind.allCases)
  func run_onPerfectLine_answersEverySampleInOrder(_ kind: DeviceKind) throws {
    let samples = Script.samples(200)
    var simulation = Simulation(kind.boot())
    let outcome = try #require(try simulation.runScript(samples))
    #expect(outcome.answers.map(\.index) == samples.map(\.index))
    #expect(outcome.nextIndex == Script.firstIndex + 200)
    #expect(outcome.trainingStep == 134)
    #expect(outcome == (try perfect(samples)))
    #expect(simulation.device.stepCount == 200)
  }

  @Test(arguments: DeviceKind.allCases, rows.map(\.name))
  func run_onFaultyLine_endsAsOnAPerfectOne(_ kind: DeviceKind, _ name: String) throws {
    let row = try #require(Self.rows.first { $0.name == name })
    let samples = Script.samples(60)
    let expected = try perfect(samples)
    var faultCount = 0
    for seed in 1...UInt64(row.seeds) {
      var simulation = Simulation(kind.boot(), seed: seed, faults: row.faults)
      let outcome = try simulation.runScript(samples)
      let difference = outcome?.difference(from: expected) ?? "no end of the run"
      #expect(difference == "", "\(kind), \(name), seed \(seed)")
      faultCount += simulation.faultCount
    }
    #expect(faultCount > row.seeds, "the line had only \(faultCount) faults")
  }
}
