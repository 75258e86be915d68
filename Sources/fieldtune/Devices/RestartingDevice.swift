import FirmwareBuild
import Foundation
import Synchronization

/// A device that is a process, started when it is wanted and again when it has ended.
final class RestartingDevice: Sendable {
  private let board: Board
  private let elf: URL
  private let faults: [String]
  /// Where the host build keeps states from one process to the next, as a board's flash does; nil for others.
  private let storePath: String?
  private let process: Running
  private let leftover: UUID

  init(board: Board, elf: URL, faults: [String] = []) {
    self.board = board
    self.elf = elf
    self.faults = faults
    let storePath = board.runs == .host ? Self.newStorePath() : nil
    self.storePath = storePath
    let process = Running()
    self.process = process
    leftover = Leftovers.register {
      process.end()
      Self.removeStore(storePath)
    }
  }

  deinit {
    Leftovers.forget(leftover)
    process.state.withLock { $0.process?.stop() }
    Self.removeStore(storePath)
  }

  private static func newStorePath() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("fieldtune-store-\(UUID().uuidString)").path
  }

  /// There is none before the first process has run.
  private static func removeStore(_ path: String?) {
    if let path { unlink(path) }
  }

  /// The socket of a process that runs.
  func socketPath() throws(FirmwareBuildError) -> String {
    let result = process.state.withLock { state -> Result<String, FirmwareBuildError> in
      if let process = state.process {
        guard let status = process.exitStatus else { return .success(process.socketPath) }
        if let reason = Self.reason(of: process, endedWith: status) { return .failure(reason) }
      }
      guard !state.isEnded else { return .failure(.processFailed(program: board.name, reason: "fieldtune ends")) }
      do throws(FirmwareBuildError) {
        let started = try DeviceProcess(board: board, elf: elf, faults: faults, storePath: storePath)
        state.process = started
        return .success(started.socketPath)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Why the process has ended by itself, if it has. Its line may close a moment before it has ended.
  var obituary: String? {
    guard board.isEmulated, let process = process.state.withLock({ $0.process }) else { return nil }
    for _ in 0..<100 where process.exitStatus == nil { usleep(2000) }
    return process.exitStatus.flatMap { Self.reason(of: process, endedWith: $0)?.description }
  }

  /// The emulator that ends by itself has met what it does not model or what the firmware must not do: it would again,
  /// and what it printed says what it was.
  private static func reason(of process: DeviceProcess, endedWith status: Int32) -> FirmwareBuildError? {
    guard process.board.isEmulated, status < 128 else { return nil }
    let lines = process.output.split(separator: "\n").suffix(20).joined(separator: "\n")
    return .processFailed(program: EmulatorProgram.name, reason: "ended with status \(status): \(lines)")
  }

  private final class Running: Sendable {
    let state = Mutex<(process: DeviceProcess?, isEnded: Bool)>((nil, false))

    /// Does not wait for one that is being started: the kernel ends it with us.
    func end() {
      _ = state.withLockIfAvailable { state in
        state.isEnded = true
        state.process?.stop()
      }
    }
  }
}
