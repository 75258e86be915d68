/// Why firmware could not be built, programmed or started, as one sentence.
package enum FirmwareBuildError: Error, Hashable, Sendable {
  case noFirmwareFolder(searched: [String])
  case unreadableFile(path: String, reason: String)
  case unwritableFile(path: String, reason: String)
  case badArtifact(String)
  case unknownBoard(name: String, known: [String])
  case noStandIn(board: String)
  case notEmulated(board: String, emulated: [String])
  case noEmulator(searched: String)
  /// A program that is not installed, and the Debian packages that bring it.
  case missingTool(name: String, packages: [String])
  /// None of a board's programmers is installed.
  case noFlashTool([Programmer])
  case unknownTool(name: String, board: String, known: [String])
  /// A programmer failed; `lines` are the last that it printed.
  case flashFailed(tool: String, fault: FlashFault?, end: String, lines: String)
  case compileFailed(file: String, message: String)
  case linkFailed(board: String, message: String)
  /// `missingBytes` more than `region` holds.
  case memoryOverflow(board: String, region: String, capacityBytes: Int, missingBytes: Int)
  case stackUnbounded(board: String, reason: String)
  case stackTooSmall(board: String, boundBytes: Int, reservedBytes: Int)
  case unreadableToolOutput(tool: String, line: String)
  case notFlashable(board: String)
  case notRunnable(board: String)
  case noFirmware(path: String)
  case processFailed(program: String, reason: String)

  /// A program that is not installed, and the command that installs it.
  package struct Programmer: Hashable, Sendable {
    package var name: String
    package var installation: String
  }
}

extension FirmwareBuildError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noFirmwareFolder(let searched):
      "found no folder 'Firmware' in \(searched.joined(separator: ", ")): "
        + "set FIELDTUNE_HOME to the folder that holds it"
    case .unreadableFile(let path, let reason): "\(path): cannot be read: \(reason)"
    case .unwritableFile(let path, let reason): "\(path): cannot be written: \(reason)"
    case .badArtifact(let reason): reason
    case .unknownBoard(let name, let known):
      "found no board '\(name)', expected one of \(known.joined(separator: ", "))"
    case .noStandIn(let board):
      "board '\(board)': no QEMU machine has its core and memory; "
        + "use --device host or a real board"
    case .notEmulated(let board, let emulated):
      "board '\(board)': the emulator does not know it, expected one of \(emulated.joined(separator: ", ")); "
        + "'fieldtune boards' says what else runs its firmware"
    case .noEmulator(let folder):
      "found no program '\(EmulatorProgram.name)' in \(folder) or on the search path: build it with "
        + "'swift build -c release --product \(EmulatorProgram.name)', which needs the package libunicorn-dev"
    case .missingTool(let name, let packages):
      "found no program '\(name)': install it with "
        + "'apt-get install -y --no-install-recommends \(packages.joined(separator: " "))'"
    case .noFlashTool(let tools):
      "found none of the programs that program the board: install one: "
        + tools.map { "\($0.name) ('\($0.installation)')" }.joined(separator: ", ")
    case .unknownTool(let name, let board, let known):
      "--tool: found '\(name)', expected one that board '\(board)' has a recipe for: \(known.joined(separator: ", "))"
    case .flashFailed(let tool, let fault, let end, let lines):
      "\(tool): \(fault?.sentence ?? "the board was not programmed"); \(end)"
        + (lines.isEmpty ? " and printed nothing" : ", its last lines:\n\(lines)")
    case .compileFailed(let file, let message): "\(file): does not compile: \(message)"
    case .linkFailed(let board, let message): "board '\(board)': does not link: \(message)"
    case .memoryOverflow(let board, let region, let capacity, let missing):
      "board '\(board)': \(region) holds \(capacity) bytes, the firmware needs "
        + "\(capacity + missing), which is \(missing) too many: train fewer layers (--update) "
        + "or take a board with more memory"
    case .stackUnbounded(let board, let reason):
      "board '\(board)': the stack has no bound: \(reason)"
    case .stackTooSmall(let board, let bound, let reserved):
      "board '\(board)': the stack needs \(bound) bytes, board.json reserves \(reserved): "
        + "raise stackBytes there"
    case .unreadableToolOutput(let tool, let line):
      "\(tool): cannot read its output '\(line)'; compile with the Debian packages the README names"
    case .notFlashable(let board):
      "board '\(board)': cannot be programmed, it is not a piece of hardware; "
        + "train on it with --device host or --device qemu"
    case .notRunnable(let board):
      "board '\(board)': cannot be started on this machine; connect it and name its port"
    case .noFirmware(let path): "\(path): found no firmware; run 'fieldtune build DIR --board BOARD'"
    case .processFailed(let program, let reason): "\(program): \(reason)"
    }
  }
}
