import DeviceLink
import FaultSimulation
import Testing
import WireProtocol

/// Either end dies in the middle of a run.
struct ReconnectTests {
  private static let samples = Script.samples(60)

  private func perfect() throws -> Simulation.Outcome {
    var simulation = Simulation(ModelDevice(bootID: 1))
    return try #require(try simulation.runScript(Self.samples))
  }

  /// The new host knows which answers the old one had, asks the device where it stands by taking up
  /// the run, and goes on behind the last answer it has.
  @Test(arguments: DeviceKind.allCases)
  func host_diesInMidRun_nextOneLosesNoStep(_ kind: DeviceKind) throws {
    let expected = try perfect()
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = SplitMix(seed: seed)
      var simulation = Simulation(kind.boot(), seed: seed, faults: .init(flip: 1e-3))
      var known: [SampleAnswer] = []
      simulation.start()
      for life in 1...4 as ClosedRange<UInt64> {
        _ = try #require(try simulation.call(Script.begin)?.get())
        let death = simulation.milliseconds + UInt32(random.next() % 120)
        for sample in Self.samples.dropFirst(known.count) {
          guard simulation.run(until: { !$0.host.mustWait || $0.milliseconds >= death }),
            simulation.milliseconds < death
          else { break }
          try simulation.submit(sample)
        }
        known += simulation.answers
        simulation.replaceHost(session: seed << 8 | life)
      }
      _ = try #require(try simulation.call(Script.begin)?.get())
      var outcome = try #require(try simulation.finishScript(Array(Self.samples.dropFirst(known.count))))
      outcome.answers = known + outcome.answers
      #expect(outcome.difference(from: expected) == "", "\(kind), seed \(seed)")
      #expect(outcome.trainingStep == expected.trainingStep, "\(kind), seed \(seed)")
    }
  }

  @Test(arguments: DeviceKind.allCases)
  func device_rebootsInMidRun_runEndsWithASentence(_ kind: DeviceKind) throws {
    var simulation = Simulation(kind.boot(1))
    simulation.start()
    _ = try #require(try simulation.call(Script.begin)?.get())
    for sample in Self.samples.prefix(4) { try simulation.submit(sample) }
    #expect(simulation.run { $0.answers.count == 2 })
    simulation.replaceDevice(kind.boot(2))
    #expect(simulation.run { $0.host.run == nil })
    let expected = DeviceLinkError.stateLost(
      name: "line", run: Script.run, reason: "the device rebooted")
    #expect(simulation.effects.contains(.endRun(expected)))
    #expect(throws: expected) { try simulation.submit(Self.samples[4]) }
    // The link goes on: a run from the beginning ends as it should.
    simulation.effects = []
    _ = try #require(try simulation.call(Script.begin)?.get())
    #expect(try simulation.finishScript(Self.samples) == perfect())
  }

  /// A step longer than the host's patience with a silent line costs a connection, no step.
  @Test(arguments: DeviceKind.allCases)
  func step_longerThanSilence_isAppliedOnce(_ kind: DeviceKind) throws {
    let samples = Script.samples(6)
    var quick = Simulation(kind.boot())
    var slow = Simulation(kind.boot())
    slow.stepMilliseconds = 2500
    #expect(try slow.runScript(samples) == quick.runScript(samples))
    #expect(slow.device.stepCount <= 7, "one output may be computed again")
  }
}
