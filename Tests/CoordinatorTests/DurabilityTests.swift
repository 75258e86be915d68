import Coordinator
import FaultyStorage
import Foundation
import Telemetry
import Testing

/// A run whose disk fails at every write, truncation, sync and deletion in turn.
///
/// `DURABILITY_CASES` draws that many of them.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DurabilityTests {
  /// Whether the device lives on when the host loses power.
  @Test(arguments: [true, false]) func powerLoss_losesAndDoublesNoStep(keepsDevice: Bool) async throws {
    let (expected, boundaries) = try await whole()
    for boundary in chosen(of: boundaries) {
      let device = ScriptedDevice()
      let (folder, error) = try await trainUntilFault(FAULTY_STORAGE_POWER_LOSS, at: boundary, on: device)
      defer { remove(folder) }
      let disk = try Self.folder()
      defer { remove(disk) }
      #expect(faulty_storage_copy_disk(disk.path) == 0)
      faulty_storage_release()
      let runs = try await Bench(folder: disk, storeBytes: nil).store.runs()
      // Only what is written after the end, the last line of the log, may be lost without a word.
      if error == nil { #expect(runs.first?.state == .finished, "boundary \(boundary)") }
      // Whatever reached the device was in the store before.
      if device.applied > 0 { #expect(runs.count == 1, "boundary \(boundary)") }
      try await finish(in: disk, on: keepsDevice ? device : ScriptedDevice(), expected, "boundary \(boundary)")
    }
  }

  @Test(arguments: [FAULTY_STORAGE_FULL, FAULTY_STORAGE_INPUT_OUTPUT])
  func failingDisk_isOneSentenceAndLosesNoStep(fault: faulty_storage_fault) async throws {
    let (expected, boundaries) = try await whole()
    for boundary in chosen(of: boundaries) {
      let device = ScriptedDevice()
      let (folder, error) = try await trainUntilFault(fault, at: boundary, on: device)
      defer { remove(folder) }
      faulty_storage_release()
      // A fault while old pages move from the log into the database is made good by the next move.
      if let error {
        #expect(error is StoreError, "boundary \(boundary): \(error)")
        #expect("\(error)".hasPrefix(folder.path) && !"\(error)".contains("\n"), "\(error)")
      }
      try await finish(in: folder, on: device, expected, "boundary \(boundary): \(error.map { "\($0)" } ?? "none")")
    }
  }

  /// The digest without a fault, and how many boundaries there are.
  private func whole() async throws -> (digest: String, boundaries: UInt32) {
    let folder = try Self.folder()
    defer { remove(folder) }
    faulty_storage_watch(folder.path, FAULTY_STORAGE_NONE, 0)
    let digest = try await Self.train(in: folder, on: ScriptedDevice()).digest
    let boundaries = faulty_storage_boundaries()
    faulty_storage_release()
    try #require(boundaries > 100)
    return (digest, boundaries)
  }

  private func chosen(of boundaries: UInt32) -> [UInt32] {
    let wanted = ProcessInfo.processInfo.environment["DURABILITY_CASES"].flatMap { Int($0) } ?? .max
    guard wanted < boundaries else { return Array(1...boundaries) }
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(state: seed)
    print("durability: seed \(seed), \(wanted) of \(boundaries) boundaries")
    return (0..<wanted).map { _ in UInt32.random(in: 1...boundaries, using: &random) }
  }

  private func trainUntilFault(
    _ fault: faulty_storage_fault, at boundary: UInt32, on device: ScriptedDevice
  ) async throws -> (folder: URL, error: (any Error)?) {
    let folder = try Self.folder()
    faulty_storage_watch(folder.path, fault, boundary)
    do {
      _ = try await Self.train(in: folder, on: device)
      return (folder, nil)
    } catch {
      return (folder, error)
    }
  }

  /// Goes on with what the disk holds: no step is lost or doubled, and the state is as without the fault.
  private func finish(in folder: URL, on device: ScriptedDevice, _ expected: String, _ place: String) async throws {
    let bench = try Bench(folder: folder, storeBytes: nil)
    let result: TrainResult
    if let run = try await bench.store.runs().first, let id = run.id {
      result =
        run.state == .finished
        ? try JSONDecoder().decode(TrainResult.self, from: Data((run.result ?? "").utf8))
        : try await bench.resume(id, on: device)
    } else {
      result = try await bench.train(on: device)
    }
    #expect(result.digest == expected, "\(place)")
    let positions = try await bench.store.steps(of: result.run).map(\.position)
    #expect(positions == Array(0..<Bench.plan.count), "\(place)")
  }

  private static func train(in folder: URL, on device: ScriptedDevice) async throws -> TrainResult {
    try await Bench(folder: folder, storeBytes: nil).train(on: device)
  }

  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ft-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private func remove(_ folder: URL) {
    do { try FileManager.default.removeItem(at: folder) } catch { Issue.record("\(error)") }
  }
}
