import Coordinator
import Foundation
import Synchronization
import Telemetry
import Testing

/// Pause, suspend and live samples: what a run does besides training to its end.
@Suite(.timeLimit(.minutes(2))) struct RunWishTests {
  @Test func pausedRun_restsAndGoesOnToTheSameDigest() async throws {
    let bench = try Folder.bench()
    let expected = try await Folder.bench().train(on: ScriptedDevice()).digest
    let device = ScriptedDevice()
    let (paused, sink) = AsyncStream.makeStream(of: Int.self)
    let run = try await TrainingRun.begin(
      Bench.plan, artifact: bench.artifact, data: bench.data, dataSource: "x,y", store: bench.store, source: device,
      watch: { if case .paused(let position) = $0 { sink.yield(position) } })
    device.onArrival { if $0 == 12 { await run.pause() } }
    let work = Task { try await run.run() }
    for await position in paused {
      let record = try await bench.store.run(run.runID)
      #expect(record.state == .paused)
      let checkpoint = try await bench.store.newestCheckpoint(of: run.runID)
      #expect(checkpoint?.position == position)
      break
    }
    device.onArrival { _ in }
    await run.goOn()
    let result = try await work.value
    #expect(result.digest == expected)
    #expect(result.state == "finished")
    #expect(device.applied == 39, "38 samples and one golden step: the device kept its state")
    let kinds = try await bench.store.log(of: run.runID).map(\.kind)
    #expect(kinds.contains(.paused) && kinds.contains(.resumed))
  }

  @Test(arguments: [false, true]) func suspendedRun_staysUnderWayInTheStore(isAway: Bool) async throws {
    let bench = try Folder.bench()
    let expected = try await Folder.bench().train(on: ScriptedDevice()).digest
    let device = ScriptedDevice()
    let run = try await TrainingRun.begin(
      Bench.plan, artifact: bench.artifact, data: bench.data, dataSource: "x,y", store: bench.store, source: device,
      options: RunOptions(patience: nil, retryInterval: .milliseconds(1)), watch: { _ in })
    device.onArrival {
      guard $0 == 20 else { return }
      device.setAbsent(isAway)
      await run.suspend()
    }
    await #expect {
      try await run.run()
    } throws: { error in
      guard case CoordinatorError.suspended = error else { return false }
      return true
    }
    let record = try await bench.store.run(run.runID)
    #expect(record.state.isUnderWay)
    device.setAbsent(false)
    device.onArrival { _ in }
    let result = try await bench.resume(run.runID, on: device)
    #expect(result.digest == expected)
  }

  @Test func runWithoutPatienceLimit_waitsAndCanBeStopped() async throws {
    let bench = try Folder.bench()
    let device = ScriptedDevice()
    device.setAbsent(true)
    let run = try await TrainingRun.begin(
      Bench.plan, artifact: bench.artifact, data: bench.data, dataSource: "x,y", store: bench.store, source: device,
      options: RunOptions(firstPatience: nil, patience: nil, retryInterval: .milliseconds(1)), watch: { _ in })
    let work = Task { try await run.run() }
    while try await bench.store.run(run.runID).state != .waiting { await Task.yield() }
    await run.stop()
    await #expect(throws: CoordinatorError.interrupted(run: 1, device: "scripted")) { try await work.value }
  }

  /// Samples that are pushed in two halves, with a stop and another device between: the digest is that of all of them.
  @Test func liveRun_isResumedFromItsJournal() async throws {
    let lines = (0..<30).map { "{\"x64\": \"\(Data([UInt8($0), UInt8(40 - $0)]).base64EncodedString())\", \"label\": \($0 % 4)}\n" }
    let whole = try await Self.train(pushing: [lines.joined()], stopAfter: nil)
    let halves = try await Self.train(pushing: [lines[..<15].joined(), lines[15...].joined()], stopAfter: 15)
    #expect(whole == halves)
  }

  /// - Returns: the digest at the end.
  private static func train(pushing parts: [String], stopAfter: Int?) async throws -> String {
    let bench = try Folder.bench()
    let plan = TrainingPlan(
      trainingSamples: 30, evaluationSamples: 4, steps: 30, seed: 9, schedule: Bench.plan.schedule, checkpointSteps: 7,
      isLive: true)
    let data = TrainingData(training: bench.data.training.prefix(0), evaluation: bench.data.evaluation)
    let live = LiveRequest(path: bench.folder.path + "/l", inputScale: "raw")
    var id: Int64?
    var digest = ""
    for (number, part) in parts.enumerated() {
      let (counts, sink) = AsyncStream.makeStream(of: Int.self)
      let watch: @Sendable (RunEvent) -> Void = { event in
        switch event {
        case .opened: sink.yield(0)
        case .step(let record): sink.yield(record.position)
        default: break
        }
      }
      let run =
        if let id {
          try await TrainingRun.resume(
            id, artifact: bench.artifact, data: data, store: bench.store, source: ScriptedDevice(), live: live, watch: watch)
        } else {
          try await TrainingRun.begin(
            plan, artifact: bench.artifact, data: data, dataSource: "live", store: bench.store, source: ScriptedDevice(),
            live: live, watch: watch)
        }
      id = run.runID
      let work = Task { try await run.run() }
      var isPushed = false
      for await position in counts {
        if !isPushed {
          let answer = try await LivePusher.push(part, to: live.path)
          #expect(answer.hasSuffix("{\"accepted\":\(part.split(separator: "\n").count),\"dropped\":0,\"refused\":0}\n"))
          isPushed = true
        }
        if number == 0, let stopAfter, position == 4 + stopAfter - 1 { await run.stop() }
        if position == (number == 0 && stopAfter != nil ? 4 + (stopAfter ?? 0) - 1 : plan.training.upperBound - 1) { break }
      }
      digest = try await work.value.digest
      let kept = try await bench.store.liveSampleCount(of: run.runID)
      #expect(number == parts.count - 1 ? kept == 0 : kept > 0, "a finished run needs none")
    }
    return digest
  }
}

/// A program that pushes lines and reads the sums, with blocking calls on a thread of its own.
enum LivePusher {
  static func push(_ text: String, to path: String) async throws -> String {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let connected = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(connected == 0)
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        shutdown(number, Int32(SHUT_WR))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(number, &buffer, buffer.count), count > 0 { answer += buffer[0..<count] }
        close(number)
        continuation.resume(returning: String(decoding: answer, as: UTF8.self))
      }
    }
  }
}

/// Benches in folders of their own, which the system's temporary folder keeps no longer than the test process.
private enum Folder {
  static func bench() throws -> Bench {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ft-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return try Bench(folder: folder, storeBytes: nil)
  }
}
