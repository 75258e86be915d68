import Foundation
import Telemetry
import Testing

@Suite struct RunStoreTests {
  @Test func runs_comeBackAsTheyWereWritten() async throws {
    try await withStore { store in
      let first = try await store.insert(Self.run(number: 7), artifact: Self.artifact)
      var second = try await store.insert(Self.run(number: 8), artifact: Self.artifact)
      #expect([first.id, second.id] == [1, 2])
      second.state = .finished
      second.result = "{}"
      let updated = try await store.update(second)
      #expect(updated.updatedMilliseconds >= second.updatedMilliseconds)
      let all = try await store.runs()
      #expect(all == [updated, first])
      let artifact = try await store.artifact(of: first)
      #expect(artifact == Self.artifact)
    }
  }

  @Test func steps_areKeptOnceForEachPosition() async throws {
    try await withStore { store in
      let run = try await store.insert(Self.run(number: 1), artifact: Self.artifact)
      let id = try #require(run.id)
      try await store.append((0..<4).map { Self.step(run: id, position: $0, loss: 100 + $0) })
      try await store.append((2..<6).map { Self.step(run: id, position: $0, loss: 900 + $0) })
      let losses = try await store.steps(of: id).map(\.lossQ16)
      #expect(losses == [100, 101, 102, 103, 904, 905])
      let next = try await store.nextPosition(of: id)
      #expect(next == 6)
      let tail = try await store.steps(of: id, from: 4, limit: 1)
      #expect(tail == [Self.step(run: id, position: 4, loss: 904)])
    }
  }

  /// Runs share transactions, and nothing else: one that may not write does not keep others from it.
  @Test func stepsOfManyRuns_areAllWritten_andOnlyTheFaultyRunFails() async throws {
    try await withStore { store in
      var ids: [Int64] = []
      for number in 0..<8 {
        ids.append(try #require(try await store.insert(Self.run(number: Int64(number)), artifact: Self.artifact).id))
      }
      let failures = await withTaskGroup(of: Bool.self) { group in
        for id in ids + [999] {
          group.addTask {
            do {
              for block in 0..<20 {
                try await store.append((0..<4).map { Self.step(run: id, position: block * 4 + $0, loss: 1) })
              }
              return false
            } catch {
              return true
            }
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(failures == 1)
      for id in ids { #expect(try await store.steps(of: id).map(\.position) == Array(0..<80)) }
    }
  }

  @Test func checkpoints_keepTheNewestTwo() async throws {
    try await withStore { store in
      let id = try #require(try await store.insert(Self.run(number: 1), artifact: Self.artifact).id)
      let none = try await store.newestCheckpoint(of: id)
      #expect(none == nil)
      for position in [10, 20, 30] {
        try await store.save(
          CheckpointRecord(
            run: id, position: position, digest: "d\(position)", segments: [1, 2, UInt8(position)],
            createdMilliseconds: 5))
      }
      let newest = try await store.newestCheckpoint(of: id)
      #expect(newest?.position == 30)
      #expect(newest?.segments == [1, 2, 30])
    }
  }

  @Test func evaluations_areReplacedAndOrdered() async throws {
    try await withStore { store in
      let id = try #require(try await store.insert(Self.run(number: 1), artifact: Self.artifact).id)
      let after = EvaluationRecord(run: id, moment: .after, sampleCount: 4, correctCount: 3, loss: 0.5)
      var before = EvaluationRecord(run: id, moment: .before, sampleCount: 4, correctCount: 1, loss: 2)
      try await store.save(after)
      try await store.save(before)
      before.correctCount = 2
      try await store.save(before)
      let all = try await store.evaluations(of: id)
      #expect(all == [before, after])
      #expect(all.map(\.accuracy) == [0.5, 0.75])
    }
  }

  @Test func store_opensAgainWithWhatItHeld() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { Self.remove(folder) }
    let written = try await RunStore(directory: folder).insert(Self.run(number: 3), artifact: Self.artifact)
    let read = try await RunStore(directory: folder).run(try #require(written.id))
    #expect(read == written)
  }

  @Test func fullDisk_isOneSentence() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { Self.remove(folder) }
    let store = try RunStore(directory: folder, maximumBytes: 256 * 1024)
    let id = try #require(try await store.insert(Self.run(number: 1), artifact: Self.artifact).id)
    await #expect(throws: StoreError.full(path: store.path)) {
      for block in 0..<100 {
        try await store.append((0..<100).map { Self.step(run: id, position: block * 100 + $0, loss: 1) })
      }
    }
    let next = try await store.nextPosition(of: id)
    #expect(next > 0 && next % 100 == 0, "whole groups only: \(next)")
  }

  @Test(arguments: [
    ("no folder can be made here", "/proc/fieldtune"),
    ("a file is in the way", "/dev/null/fieldtune"),
  ])
  func unusableFolder_isOneSentence(what: String, path: String) throws {
    #expect(throws: StoreError.self) { try RunStore(directory: URL(fileURLWithPath: path)) }
  }

  @Test func damagedStore_isOneSentence() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { Self.remove(folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent(RunStore.fileName)
    try Data(repeating: 0x55, count: 8192).write(to: file)
    #expect {
      try RunStore(directory: folder)
    } throws: { error in
      guard case StoreError.damaged(file.path, _) = error else { return false }
      return true
    }
  }

  @Test func missingRun_isNamed() async throws {
    try await withStore { store in
      await #expect(throws: StoreError.noSuchRun(id: 42, path: store.path)) { try await store.run(42) }
    }
  }

  @Test(arguments: [
    (["FIELDTUNE_STATE": "/a", "XDG_STATE_HOME": "/b"], "/a"),
    (["FIELDTUNE_STATE": "", "XDG_STATE_HOME": "/b"], "/b/fieldtune"),
  ])
  func stateDirectory_followsTheEnvironment(environment: [String: String], expected: String) {
    #expect(StateDirectory.user(environment: environment).path == expected)
  }

  private func withStore(_ body: (RunStore) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { Self.remove(folder) }
    try await body(try RunStore(directory: folder))
  }

  private static func remove(_ folder: URL) {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      Issue.record("\(folder.path): \(error)")
    }
  }

  private static let artifact = ArtifactRecord(key: "k", manifest: [1, 2], model: [0, 255, 3])

  private static func run(number: Int64) -> RunRecord {
    RunRecord(
      number: number, state: .running, model: "m", artifact: artifact.key, device: "loopback", board: "host",
      plan: "{}", data: "d", dataSource: "x,y", createdMilliseconds: 1)
  }

  private static func step(run: Int64, position: Int, loss: Int) -> StepRecord {
    StepRecord(
      run: run, position: position, mode: .train, sample: 3, lossQ16: loss, prediction: 1, label: 2, waitTicks: 1,
      forwardTicks: 2, backwardTicks: 3, updateTicks: 4, saturated: 5, unchanged: 6)
  }
}
