import FirmwareBuild
import Foundation
import Synchronization

/// A device that is a process, started when it is wanted and again when it has ended.
final class RestartingDevice: Sendable {
  private let board: Board
  private let elf: URL
  private let process: Running
  private let leftover: UUID

  init(board: Board, elf: URL) {
    self.board = board
    self.elf = elf
    let process = Running()
    self.process = process
    leftover = Leftovers.register { process.end() }
  }

  deinit {
    Leftovers.forget(leftover)
    process.state.withLock { $0.process?.stop() }
  }

  /// The socket of a process that runs.
  func socketPath() throws(FirmwareBuildError) -> String {
    let result = process.state.withLock { state -> Result<String, FirmwareBuildError> in
      if let process = state.process, process.exitStatus == nil { return .success(process.socketPath) }
      guard !state.isEnded else { return .failure(.processFailed(program: board.name, reason: "fieldtune ends")) }
      do throws(FirmwareBuildError) {
        let started = try DeviceProcess(board: board, elf: elf)
        state.process = started
        return .success(started.socketPath)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
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
