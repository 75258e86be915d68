import FirmwareBuild
import Foundation
import Synchronization

/// A device that is a process, started when it is wanted and again when it has ended.
final class RestartingDevice: Sendable {
  private let board: Board
  private let elf: URL
  private let process = Mutex<DeviceProcess?>(nil)

  init(board: Board, elf: URL) {
    self.board = board
    self.elf = elf
  }

  deinit { process.withLock { $0?.stop() } }

  /// The socket of a process that runs.
  func socketPath() throws(FirmwareBuildError) -> String {
    let result = process.withLock { process -> Result<String, FirmwareBuildError> in
      if let process, process.exitStatus == nil { return .success(process.socketPath) }
      do throws(FirmwareBuildError) {
        let started = try DeviceProcess(board: board, elf: elf)
        process = started
        return .success(started.socketPath)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
