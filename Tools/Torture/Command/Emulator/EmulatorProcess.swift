import FirmwareBuild
import Foundation

/// A board's emulator as a process of this machine, with a line to order faults on.
final class EmulatorProcess {
  let socketPath: String
  private let controlPath: String
  private let process = Process()

  /// What the emulator says of itself; its other fields are for people.
  struct Status: Decodable {
    struct Injected: Decodable { let resets, framing, noise, overruns: Int }
    struct Raised: Decodable { let overruns, framing, noise: Int }
    let executedInstructions: UInt64
    let virtualMilliseconds: Double
    let awakeShare: Double
    let injected: Injected
    let raised: Raised
  }

  init(board: String, elf: URL, faults: [String], seed: UInt64) throws {
    let name = UUID().uuidString.prefix(8)
    socketPath = Scratch.place("line-\(name)").path
    controlPath = Scratch.place("control-\(name)").path
    process.executableURL = Workbench.program("fieldtune-emulator")
    process.arguments =
      [
        "run", elf.path, "--board", board, "--serial", "unix:\(socketPath)", "--control", controlPath, "--seed", "\(seed)",
      ] + faults.flatMap { ["--fault", $0] }
    process.standardOutput = FileHandle.nullDevice
    try process.run()
  }

  func stop() {
    guard process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
  }

  /// - Throws: when the process has ended, which it says on its standard error.
  func status() throws -> Status {
    var connection = UnixSocket.connect(controlPath)
    while connection == nil, process.isRunning {
      usleep(10_000)
      connection = UnixSocket.connect(controlPath)
    }
    guard let connection else { throw TortureFailure("the emulator has ended with status \(process.terminationStatus)") }
    defer { close(connection) }
    let request = Array("status\n".utf8)
    guard write(connection, request, request.count) == request.count else { throw TortureFailure("the emulator takes no orders") }
    var answer: [UInt8] = []
    while answer.last != 10 {
      var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, 10_000)
      let part = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
        filled = max(0, read(connection, buffer.baseAddress, buffer.count))
      }
      guard !part.isEmpty else { throw TortureFailure("the emulator gives no status") }
      answer += part
    }
    return try JSONDecoder().decode(Status.self, from: Data(answer))
  }
}
