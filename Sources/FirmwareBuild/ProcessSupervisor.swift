import Foundation
import Synchronization

/// One child process and the thread that waits for it.
final class ProcessSupervisor: Sendable {
  /// Its number, for messages.
  let process: pid_t
  private let state: Child

  /// - Parameter log: file that takes the process's output.
  init(arguments: [String], log: URL) throws(FirmwareBuildError) {
    let output = open(log.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard output >= 0 else {
      throw .unwritableFile(path: log.path, reason: ChildProcess.errorText(errno))
    }
    defer { close(output) }
    let child = Child()
    let thread = Thread { child.spawnAndWait(arguments, output: output) }
    thread.name = "device process"
    thread.start()
    child.started.wait()
    process = try child.spawned()
    state = child
  }

  /// Nil while the process runs.
  var exitStatus: Int32? { state.exitStatus }

  /// Returns when the process has ended and is reaped.
  func kill() { state.kill() }

  /// What the thread and its owner share.
  private final class Child: Sendable {
    enum Phase: Sendable {
      case starting
      case failed(FirmwareBuildError)
      case running(pid_t)
      case ended(pid_t, status: Int32)
    }

    let started = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let phase = Mutex(Phase.starting)

    func spawnAndWait(_ arguments: [String], output: Int32) {
      let process: pid_t
      do throws(FirmwareBuildError) {
        process = try ChildProcess.spawn(arguments, output: output)
      } catch {
        phase.withLock { $0 = .failed(error) }
        started.signal()
        return
      }
      phase.withLock { $0 = .running(process) }
      started.signal()
      waitUntilEnded(process)
    }

    /// Sees the end first and reaps it under the lock, so that `kill` never meets a reused number.
    private func waitUntilEnded(_ process: pid_t) {
      var information = siginfo_t()
      while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
      phase.withLock { $0 = .ended(process, status: ChildProcess.wait(for: process)) }
      ended.signal()
    }

    func spawned() throws(FirmwareBuildError) -> pid_t {
      switch phase.withLock({ $0 }) {
      case .starting: preconditionFailure("asked before the thread has started")
      case .failed(let error): throw error
      case .running(let process), .ended(let process, _): return process
      }
    }

    var exitStatus: Int32? {
      switch phase.withLock({ $0 }) {
      case .starting, .failed, .running: nil
      case .ended(_, let status): status
      }
    }

    func kill() {
      phase.withLock { phase in
        if case .running(let process) = phase { _ = Foundation.kill(process, SIGKILL) }
      }
      ended.wait()
      ended.signal()
    }
  }
}
