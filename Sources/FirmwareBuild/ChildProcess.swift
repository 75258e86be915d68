import Foundation

/// Starts programs: no shell, no inherited descriptors but the three standard ones, a process group of
/// its own (so that Ctrl-C in a terminal reaches us and not the device we are about to stop cleanly).
enum ChildProcess {
  /// - Parameters:
  ///   - arguments: the program's path first.
  ///   - output: descriptor that becomes standard output and standard error.
  static func spawn(_ arguments: [String], output: Int32) throws(FirmwareBuildError) -> pid_t {
    guard let program = arguments.first else { preconditionFailure("no program to start") }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    for descriptor in openDescriptors() where descriptor > 2 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))

    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var process: pid_t = 0
    let error = posix_spawn(&process, program, &actions, &attributes, pointers, environ)
    guard error == 0 else {
      throw .processFailed(program: program, reason: "cannot be started: \(errorText(error))")
    }
    return process
  }

  /// Descriptors of this process; one that is closed before the child closes it is no error there.
  private static func openDescriptors() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else { return [] }
    defer { closedir(folder) }
    var descriptors: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let descriptor = Int32(name) { descriptors.append(descriptor) }
    }
    return descriptors
  }

  /// Waits for the end of `process`; the status is the exit code, or 128 and the signal's number.
  static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      precondition(errno == EINTR, "waitpid(\(process)): \(errorText(errno))")
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  static func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
}
