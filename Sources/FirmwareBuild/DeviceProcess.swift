import Foundation
import Synchronization

/// A device that runs as a process of this machine, QEMU, the emulator or the host build, with its serial
/// line on a Unix socket.
///
/// Invariants
///   - One thread starts the process and waits for its end. The kernel kills the process when that
///     thread ends (`PR_SET_PDEATHSIG` means the thread), so none outlives us, kill -9 included.
///   - A process is signalled only while it has not been reaped, so never another one with its number.
///   - The socket's folder belongs to this value, is readable by this user alone, and goes with it.
package final class DeviceProcess: Sendable {
  package let board: Board
  /// Accepts one client at a time.
  package let socketPath: String

  private let directory: URL
  private let log: URL
  private let supervisor: ProcessSupervisor

  /// Starts the firmware and returns once its socket listens.
  ///
  /// - Parameters:
  ///   - elf: firmware built for `board`.
  ///   - device: becomes the device's unique id: different for devices that run at once.
  ///   - faults: what the emulator is to do to the board, as `fieldtune-emulator --fault` takes it; for no other.
  ///   - storePath: the file in which the host build keeps states when its process ends; for no other.
  ///   - emulatorPath: folders to look for the emulator in, separated by colons.
  /// - Throws: `.notRunnable` for a real board that has no emulator; a sentence with what the process
  ///   printed when it ends early or does not listen within `timeoutMilliseconds`.
  package init(
    board: Board, elf: URL, device: UInt32 = 0, faults: [String] = [], storePath: String? = nil,
    emulatorPath: String = EmulatorProgram.searchPath, timeoutMilliseconds: Int = 10_000
  ) throws(FirmwareBuildError) {
    precondition(faults.isEmpty || board.isEmulated, "faults for \(board.name), which is not emulated")
    self.board = board
    directory = try Self.makePrivateDirectory()
    socketPath = directory.appendingPathComponent("serial").path
    log = directory.appendingPathComponent("log")
    do throws(FirmwareBuildError) {
      let arguments = try Self.arguments(
        board: board, elf: elf, device: device, socketPath: socketPath, faults: faults, storePath: storePath,
        emulatorPath: emulatorPath)
      supervisor = try ProcessSupervisor(arguments: arguments, log: log)
    } catch {
      Self.remove(directory)
      throw error
    }
    try waitUntilListening(timeoutMilliseconds: timeoutMilliseconds)
  }

  deinit { stop() }

  package var processIdentifier: Int32 { supervisor.process }

  /// Exit code, or 128 and the number of the signal; nil while it runs.
  package var exitStatus: Int32? { supervisor.exitStatus }

  /// What the process has printed so far, standard output and error.
  package var output: String {
    String(decoding: FileManager.default.contents(atPath: log.path) ?? Data(), as: UTF8.self)
  }

  /// Ends the process at once and removes its socket. May be called again.
  package func stop() {
    supervisor.kill()
    Self.remove(directory)
  }

  private func waitUntilListening(timeoutMilliseconds: Int) throws(FirmwareBuildError) {
    for _ in 0..<(timeoutMilliseconds / Self.pollMilliseconds) {
      if Self.isListening(socketPath) { return }
      if let status = exitStatus {
        throw .processFailed(
          program: board.name, reason: "ended at once with status \(status): \(output)")
      }
      usleep(UInt32(Self.pollMilliseconds) * 1000)
    }
    throw .processFailed(
      program: board.name,
      reason: "does not listen on its serial socket after \(timeoutMilliseconds) ms: \(output)")
  }

  private static let pollMilliseconds = 5
}

extension DeviceProcess {
  /// The command line, `setpriv` first: it asks the kernel to tie the process to our thread.
  static func arguments(
    board: Board, elf: URL, device: UInt32, socketPath: String, faults: [String], storePath: String?,
    emulatorPath: String
  ) throws(FirmwareBuildError) -> [String] {
    if board.runs == .real && !board.isEmulated { throw .notRunnable(board: board.name) }
    guard FileManager.default.fileExists(atPath: elf.path) else {
      throw .noFirmware(path: elf.path)
    }
    let setpriv = try Tool("setpriv", packages: ["util-linux"])
    let leash = [setpriv.path, "--pdeathsig", "KILL", "--"]
    switch board.runs {
    case .real:
      let emulator = try EmulatorProgram.tool(searchPath: emulatorPath)
      return leash + [
        emulator.path, "run", elf.path, "--board", board.name, "--serial", "unix:\(socketPath)", "--device", "\(device)",
      ] + faults.flatMap { ["--fault", $0] }
    case .host:
      return leash + [elf.path, "--socket", socketPath, "--device", "\(device)"]
        + (storePath.map { ["--store", $0] } ?? [])
    case .qemu:
      guard let qemu = board.qemu else { throw .notRunnable(board: board.name) }
      let program = try Tool(qemu.program, packages: ["qemu-system-arm"])
      return leash + [program.path] + qemuArguments(qemu, elf, device, socketPath)
    }
  }

  /// QEMU splits options at commas; a doubled one stands for itself.
  private static func qemuArguments(
    _ qemu: Board.QEMUMachine, _ elf: URL, _ device: UInt32, _ socketPath: String
  ) -> [String] {
    let socket = socketPath.replacing(",", with: ",,")
    let seed = UInt64(UInt32.random(in: .min ... .max))
    let words = UInt64(device) << 32 | seed
    return ["-machine", qemu.machine, "-kernel", elf.path] + qemu.arguments + [
      "-serial", "unix:\(socket),server=on,wait=off",
      "-device", "loader,addr=\(qemu.identityAddress),data=\(words),data-len=8",
    ]
  }

  /// The kernel's table of sockets says so without a connection that the device would take for its one
  /// client. Columns: number, references, protocol, flags (00010000: listens), type, state, inode, path.
  ///
  /// Read to its end by a handle: files of /proc have no size, and `FileManager.contents` stops after a page of them.
  private static func isListening(_ path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: "/proc/net/unix") else { return false }
    let table: Data
    do { table = try handle.readToEnd() ?? Data() } catch { return false }  // asked again in a moment
    return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
      let columns = line.split(separator: " ", omittingEmptySubsequences: true)
      return columns.count == 8 && columns[3] == "00010000" && columns[7] == path
    }
  }

  private static func makePrivateDirectory() throws(FirmwareBuildError) -> URL {
    let parent = FileManager.default.temporaryDirectory
    var template = Array(parent.appendingPathComponent("fieldtune-XXXXXX").path.utf8CString)
    guard mkdtemp(&template) != nil else {
      throw .unwritableFile(path: parent.path, reason: ChildProcess.errorText(errno))
    }
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    return URL(fileURLWithPath: path)
  }

  private static func remove(_ directory: URL) {
    do {
      try FileManager.default.removeItem(at: directory)
    } catch {
      // Gone already, by an earlier `stop`: nothing is left to remove.
    }
  }
}
