import ArtifactManifest
import Coordinator
import DeviceLink
import Foundation
import Telemetry
import Testing
import WireProtocol

@Suite struct TrainingRunTests {
  @Test func run_givesLossAccuracyAndCost() async throws {
    try await withBench { bench in
      let result = try await bench.train(on: ScriptedDevice())
      #expect(result.steps == 30)
      #expect(result.loss.count == 30)
      #expect(result.accuracy == .init(before: 0.25, after: 0.25))
      #expect(result.cost == .init(unit: "instructions", forward: 2, backward: 3, update: 4, wait: 1))
      #expect(result.state == "finished")
      let run = try await bench.store.run(result.run)
      #expect(run.state == .finished)
      let checkpoint = try await bench.store.newestCheckpoint(of: result.run)
      #expect(checkpoint?.digest == result.digest)
      #expect(checkpoint?.position == 34)
    }
  }

  /// Every sample of the run in turn meets every kind of fault.
  @Test func vanishingDevice_leavesTheDigestAsItIs() async throws {
    let expected = try await withBench { try await $0.train(on: ScriptedDevice()).digest }
    for arrival in 1...39 {
      for fault in [ScriptedDevice.Fault.unplugBefore(arrival), .unplugAfter(arrival), .reset(arrival)] {
        let result = try await withBench { try await $0.train(on: ScriptedDevice(faults: [fault])) }
        #expect(result.digest == expected, "\(fault)")
        #expect(result.loss.count == 30, "\(fault)")
      }
    }
  }

  /// Every call to the device fails in every way: in a self-test, a restore, at a checkpoint, at the end.
  @Test(arguments: ScriptedDevice.Call.allCases)
  func faultAtACall_leavesTheDigestAsItIs(call: ScriptedDevice.Call) async throws {
    let expected = try await withBench { try await $0.train(on: ScriptedDevice()).digest }
    for count in 1...10 {
      let kinds: [ScriptedDevice.Fault] = [
        .unplugBeforeCall(call, count), .unplugAfterCall(call, count), .resetAtCall(call, count),
        .takenOverAtCall(call, count),
      ]
      for fault in kinds {
        // A reset in mid-run makes the run restore, so that a fault meets that as well.
        for others in [[], [ScriptedDevice.Fault.reset(20)]] as [Set<ScriptedDevice.Fault>] {
          let result = try await withBench { try await $0.train(on: ScriptedDevice(faults: others.union([fault]))) }
          #expect(result.digest == expected, "\(fault) \(others)")
          #expect(result.loss.count == 30, "\(fault) \(others)")
        }
      }
    }
  }

  /// Power lost at every sample in turn, twice, on a device that keeps its state every so many steps: the run comes to
  /// the same, and where the state was kept after the last checkpoint none is written back.
  @Test(arguments: [1, 3, 5, 30]) func powerLoss_withAKeptState_leavesTheDigestAsItIs(keepSteps: Int) async throws {
    let expected = try await withBench { try await $0.train(on: ScriptedDevice()).digest }
    for arrival in 1...39 {
      for second in [arrival + 1, arrival + 4] {
        let device = ScriptedDevice(faults: [.reset(arrival), .reset(second)])
        let result = try await withBench { try await $0.train(on: device, keepSteps: keepSteps) }
        #expect(result.digest == expected, "resets at \(arrival) and \(second)")
        #expect(result.loss.count == 30)
        if keepSteps == 1, arrival > 7 { #expect(device.calls(.writeState) == 0, "reset at \(arrival)") }
      }
    }
  }

  @Test(arguments: ScriptedDevice.Call.allCases)
  func faultAtACall_withAKeptState_leavesTheDigestAsItIs(call: ScriptedDevice.Call) async throws {
    let expected = try await withBench { try await $0.train(on: ScriptedDevice()).digest }
    for count in 1...10 {
      let kinds: [ScriptedDevice.Fault] = [
        .unplugBeforeCall(call, count), .unplugAfterCall(call, count), .resetAtCall(call, count),
        .takenOverAtCall(call, count),
      ]
      for fault in kinds {
        let device = ScriptedDevice(faults: [fault, .reset(20)])
        let result = try await withBench { try await $0.train(on: device, keepSteps: 4) }
        #expect(result.digest == expected, "\(fault)")
      }
    }
  }

  /// A device that cannot keep its state is asked once, one whose flash fails again and again; either trains on.
  @Test(arguments: [(Wire.KeepResult.noStore, 1), (.tooLarge, 1), (.flashFault, 6), (.kept, 6)])
  func keeping_thatFails_doesNotStopTheRun(_ answer: Wire.KeepResult, _ calls: Int) async throws {
    try await withBench { bench in
      let device = ScriptedDevice()
      device.setKeepResult(answer)
      let result = try await bench.train(on: device, keepSteps: 5)
      #expect(result.state == "finished" && device.calls(.keepState) == calls)
      let notes = try await bench.store.log(of: result.run).filter { $0.kind == .note }
      #expect(notes.count == (answer == .kept ? 0 : calls))
      #expect(notes.allSatisfy { $0.text.contains("is not kept: \(answer.doc)") })
    }
  }

  static let lies: [(@Sendable (inout Wire.Step) -> Void, String)] = [
    ({ if $0.index == 20 { $0.run = 5 } }, "run: found 5, expected "),
    ({ if $0.index == 20 { $0.index = 4000 } }, "index: found 4000, expected "),
    ({ if $0.index == 20 { $0.lossQ16 = .min } }, "loss: found -32768.0, expected 0 or more"),
    ({ if $0.index == 20 { $0.prediction = 4 } }, "prediction: found 4, expected 0 to 3"),
    ({ if $0.index == 20 { $0.mode = .evaluate } }, "mode: found evaluate, expected train"),
    ({ $0.trainingStep = 100 - $0.index }, "training steps: found 99, expected 100 or more"),
    ({ if $0.index == 10 { ($0.flags, $0.digest) = (1, 3) } }, "found digest "),
  ]

  /// What cannot be true stops the run with a sentence, and the run can be gone on with.
  @Test(arguments: lies.indices) func untrueRecord_stopsTheRun(lie: Int) async throws {
    let expected = try await withBench { try await $0.train(on: ScriptedDevice()).digest }
    try await withBench { bench in
      let device = ScriptedDevice()
      // The golden step is the first sample of all.
      device.setLie { if device.applied > 1 { Self.lies[lie].0(&$0) } }
      await #expect {
        try await bench.train(on: device)
      } throws: { "\($0)".contains(Self.lies[lie].1) && "\($0)".hasPrefix("device 'scripted': ") }
      let run = try await bench.store.run(1)
      #expect(run.state == .stopped)
      let result = try await bench.resume(1, on: ScriptedDevice())
      #expect(result.digest == expected)
    }
  }

  /// A device whose arithmetic is not what it was is found when steps are done again.
  @Test func stepDoneAgainDifferently_stopsTheRun() async throws {
    try await withBench { bench in
      let stopped = try await bench.train(on: ScriptedDevice(), stopAt: 22)
      var newest = try #require(try await bench.store.newestCheckpoint(of: stopped.run))
      newest.segments[3] ^= 1
      try await bench.store.save(newest)
      let device = ScriptedDevice()
      // The golden step is the first sample of all.
      device.setLie { if device.applied > 1 { $0.lossQ16 += 1 } }
      await #expect {
        try await bench.resume(stopped.run, on: device)
      } throws: { "\($0)".contains("loss of a step done again") }
    }
  }

  /// The newest checkpoint went bad on the disk: the one before is restored, and the run comes to the same.
  @Test func damagedCheckpoint_isLeftOutWithANote() async throws {
    let expected = try await withBench { try await $0.train(on: ScriptedDevice()).digest }
    try await withBench { bench in
      let stopped = try await bench.train(on: ScriptedDevice(), stopAt: 20)
      var newest = try #require(try await bench.store.newestCheckpoint(of: stopped.run))
      newest.segments[3] ^= 1
      try await bench.store.save(newest)
      let result = try await bench.resume(stopped.run, on: ScriptedDevice())
      #expect(result.digest == expected)
      let notes = try await bench.store.log(of: stopped.run).filter { $0.kind == .note }
      #expect(notes.count == 1)
      #expect(notes.first?.text.contains("going back to the one before") == true)
    }
  }

  @Test func manyFaults_leaveTheDigestAsItIs() async throws {
    let expected = try await withBench { try await $0.train(on: ScriptedDevice()).digest }
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(state: seed)
    for _ in 0..<40 {
      let faults = (0..<5).map { _ -> ScriptedDevice.Fault in
        let arrival = Int.random(in: 1...60, using: &random)
        return [.unplugBefore(arrival), .unplugAfter(arrival), .reset(arrival)][Int.random(in: 0..<3, using: &random)]
      }
      let result = try await withBench { try await $0.train(on: ScriptedDevice(faults: Set(faults))) }
      #expect(result.digest == expected, "seed \(seed): \(faults)")
    }
  }

  @Test(arguments: [1, 3, 4, 11, 20, 34, 36])
  func stoppedRun_isResumedToTheSameDigest(position: Int) async throws {
    let expected = try await withBench { try await $0.train(on: ScriptedDevice()).digest }
    for keepsState in [true, false] {
      try await withBench { bench in
        let device = ScriptedDevice()
        let stopped = try await bench.train(on: device, stopAt: position)
        #expect(stopped.state == "stopped")
        let same = keepsState ? device : ScriptedDevice()
        let result = try await bench.resume(stopped.run, on: same)
        #expect(result.digest == expected)
        #expect(result.state == "finished")
        #expect(result.loss.count == 30)
        if keepsState { #expect(device.applied == 39, "38 samples and one golden step") }
      }
    }
  }

  @Test func absentDevice_stopsTheRunWithItsReason() async throws {
    try await withBench { bench in
      let device = ScriptedDevice()
      device.setAbsent(true)
      await #expect(throws: CoordinatorError.unavailable(device: "scripted", reason: "nothing answers")) {
        try await bench.train(on: device)
      }
      let run = try #require(try await bench.store.runs().first)
      #expect(run.state == .stopped)
      #expect(run.message == "device 'scripted': not available: nothing answers")
    }
  }

  /// Power that is too weak for a step gives a board that restarts at it every time.
  @Test func stepThatAlwaysFaults_endsTheRun() async throws {
    try await withBench { bench in
      let device = ScriptedDevice(faults: Set((20...1000).map(ScriptedDevice.Fault.reset)))
      await #expect(
        throws: CoordinatorError.unavailable(
          device: "scripted",
          reason: "it was lost 6 times in a row at position 18, the last time because: reset")
      ) { try await bench.train(on: device) }
    }
  }

  @Test func stopWhileTheDeviceIsAway_endsTheRun() async throws {
    try await withBench { bench in
      let device = ScriptedDevice()
      await #expect(throws: CoordinatorError.interrupted(run: 1, device: "scripted")) {
        try await bench.train(on: device, stopAt: 20, isAwayThen: true)
      }
      let run = try await bench.store.run(1)
      #expect(run.state == .stopped)
      device.onArrival { _ in }
      device.setAbsent(false)
      let result = try await bench.resume(1, on: device)
      #expect(result.state == "finished")
    }
  }

  @Test func fullDisk_isOneSentenceAndLosesNoStep() async throws {
    let expected = try await withBench(steps: 3000) { try await $0.train(on: ScriptedDevice()).digest }
    try await withBench(storeBytes: 80 * 1024, steps: 3000) { bench in
      let device = ScriptedDevice()
      await #expect(throws: StoreError.full(path: bench.store.path)) { try await bench.train(on: device) }
      let roomy = try bench.withRoomierStore()
      let run = try #require(try await roomy.store.runs().first?.id)
      let result = try await roomy.resume(run, on: device)
      #expect(result.digest == expected)
    }
  }

  @Test func otherData_isRefusedOnResume() async throws {
    try await withBench { bench in
      let stopped = try await bench.train(on: ScriptedDevice(), stopAt: 10)
      var other = bench
      other.data = TrainingData(training: bench.data.evaluation, evaluation: bench.data.training)
      await #expect(
        throws: CoordinatorError.resumeMismatch(
          run: stopped.run, what: "data", found: other.data.digest, expected: bench.data.digest)
      ) { try await other.resume(stopped.run, on: ScriptedDevice()) }
    }
  }

  @Test func otherPlan_isRefusedInASentenceNamingBoth() async throws {
    try await withBench { bench in
      var other = bench
      other.edit { $0.hashes.plan = HexDigest(99) }
      await #expect {
        try await other.train(on: ScriptedDevice())
      } throws: { error in
        "\(error)".hasPrefix(
          "device 'scripted': plan hash: found 0000000000000002, expected 0000000000000063: its firmware")
      }
    }
  }

  @Test func wrongArithmetic_isFoundByTheSelfTest() async throws {
    try await withBench { bench in
      var other = bench
      other.edit { $0.golden.digest = HexDigest(1) }
      await #expect {
        try await other.train(on: ScriptedDevice())
      } throws: { error in
        guard case CoordinatorError.selfTestFailed = error else { return false }
        return true
      }
    }
  }

  @Test(arguments: [
    (SampleSet(inputBytes: 3, labels: [0], codes: [1, 2, 3]), "data: a sample has 3 values, expected 2"),
    (SampleSet(inputBytes: 2, labels: [4], codes: [1, 2]), "data: found label 4, expected 0…3"),
    (SampleSet(inputBytes: 2, labels: [], codes: []), "data: found no samples to train on"),
  ])
  func unusableData_isOneSentence(set: SampleSet, expected: String) async throws {
    try await withBench { bench in
      var other = bench
      other.data = TrainingData(training: set, evaluation: bench.data.evaluation)
      await #expect {
        try await other.train(on: ScriptedDevice())
      } throws: { "\($0)".hasPrefix(expected) }
    }
  }

  private func withBench<Value>(
    storeBytes: Int? = nil, steps: Int = 30, _ body: (Bench) async throws -> Value
  ) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { Issue.record("\(error)") }
    }
    return try await body(Bench(folder: folder, storeBytes: storeBytes, steps: steps))
  }
}

/// A small generator, so that a failing draw can be repeated from its seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 29) ^ state
  }
}
