import ArtifactManifest
import Coordinator
import Foundation
import Telemetry
import Testing

/// One run on several boards: what it comes to depends on plan, data and number of boards, and on nothing else.
@Suite struct FleetRunTests {
  @Test func shares_areTheWholePlanDealtOut() {
    let whole = Bench.plan(steps: 31).shared(among: 4)
    #expect(whole.steps == 32)
    var sequence = SampleSequence(whole)
    let expected = (0..<whole.count).map { ($0, sequence.sample(at: $0).sample, sequence.update(at: $0)) }
    var dealt: [Int: (sample: Int, update: PlannedUpdate)] = [:]
    for member in 0..<4 {
      let share = whole.dealt(to: member, of: 4, roundSteps: 3)
      var own = SampleSequence(share)
      for position in 0..<share.count {
        dealt[share.wholePosition(position)] = (own.sample(at: position).sample, own.update(at: position))
      }
      #expect((0...share.count).filter(share.isRoundEnd).map { $0 - share.training.lowerBound } == [3, 6, 8])
      #expect((0...8).map { share.round(at: share.training.lowerBound + $0) } == [0, 0, 0, 1, 1, 1, 2, 2, 3])
    }
    #expect(dealt.count == whole.count)
    for (position, sample, update) in expected {
      #expect(dealt[position]?.sample == sample && dealt[position]?.update == update, "position \(position)")
    }
  }

  @Test func oneBoard_isTheRunOnOneBoard() async throws {
    let alone = try await withBench { try await $0.train(on: ScriptedDevice()) }
    let fleet = try await withBench { try await $0.share(among: [ScriptedDevice()], roundSteps: 5) }
    #expect(fleet.digest == alone.digest)
    #expect(fleet.loss == alone.loss && fleet.accuracy == alone.accuracy)
  }

  /// Every sample of one board in turn meets every kind of fault.
  @Test func faultsOfOneBoard_leaveTheDigestAsItIs() async throws {
    let expected = try await withBench { try await $0.share(among: [.init(), .init(), .init()], roundSteps: 4) }
    #expect(expected.state == "finished" && expected.steps == 30 && expected.loss.count == 30)
    for arrival in 1...15 {
      for fault in [ScriptedDevice.Fault.unplugBefore(arrival), .unplugAfter(arrival), .reset(arrival)] {
        let result = try await withBench {
          try await $0.share(among: [.init(), ScriptedDevice(faults: [fault]), .init()], roundSteps: 4)
        }
        #expect(result.digest == expected.digest && result.loss == expected.loss, "\(fault)")
      }
    }
  }

  @Test(arguments: [3, 6, 9, 11]) func stoppedFleet_isResumedToTheSameDigest(position: Int) async throws {
    let expected = try await withBench { try await $0.share(among: [.init(), .init()], roundSteps: 4).digest }
    for keepsState in [true, false] {
      try await withBench { bench in
        let devices = [ScriptedDevice(), ScriptedDevice()]
        let stopped = try await bench.share(among: devices, roundSteps: 4, stopAt: position)
        #expect(stopped.state == "stopped")
        let result = try await bench.resume(stopped.run, among: keepsState ? devices : [.init(), .init()])
        #expect(result.state == "finished" && result.digest == expected && result.steps == 30)
        #expect(try await bench.store.newestCheckpoint(of: stopped.run)?.digest == expected)
      }
    }
  }

  @Test func boardThatStaysAway_stopsAllWithItsReason() async throws {
    let expected = try await withBench { try await $0.share(among: [.init(), .init()], roundSteps: 4).digest }
    try await withBench { bench in
      let away = ScriptedDevice()
      away.onArrival { if $0 == 9 { away.setAbsent(true) } }
      let devices = [ScriptedDevice(), away]
      await #expect {
        try await bench.share(among: devices, roundSteps: 4)
      } throws: { "\($0)" == "device 'scripted': not available: nothing answers" }
      let run = try #require(try await bench.store.runs().first?.id)
      #expect(try await bench.store.run(run).state == .stopped)
      away.onArrival { _ in }
      away.setAbsent(false)
      #expect(try await bench.resume(run, among: devices).digest == expected)
    }
  }

  @Test func otherNumberOfBoards_isRefusedOnResume() async throws {
    try await withBench { bench in
      let stopped = try await bench.share(among: [.init(), .init()], roundSteps: 4, stopAt: 6)
      await #expect(
        throws: CoordinatorError.resumeMismatch(run: stopped.run, what: "boards", found: "3", expected: "2")
      ) { try await bench.resume(stopped.run, among: [.init(), .init(), .init()]) }
    }
  }

  private func withBench<Value>(_ body: (Bench) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { Issue.record("\(error)") }
    }
    return try await body(Bench(folder: folder, storeBytes: nil))
  }
}

extension Bench {
  /// - Parameter stopAt: the user asks for a stop when the first board meets this position.
  fileprivate func share(
    among devices: [ScriptedDevice], roundSteps: Int, stopAt: Int? = nil
  ) async throws -> TrainResult {
    let run = try await FleetRun.begin(
      Self.plan(steps: steps), roundSteps: roundSteps, artifact: artifact, data: data, dataSource: "x,y", store: store,
      sources: devices, options: Self.options, watch: { _ in })
    if let stopAt { devices[0].onArrival { if Int($0) == stopAt { await run.stop() } } }
    return try await run.run()
  }

  fileprivate func resume(_ id: Int64, among devices: [ScriptedDevice]) async throws -> TrainResult {
    for device in devices { device.onArrival { _ in } }
    return try await FleetRun.resume(
      id, artifact: artifact, data: data, store: store, sources: devices, options: Self.options, watch: { _ in }
    ).run()
  }
}
