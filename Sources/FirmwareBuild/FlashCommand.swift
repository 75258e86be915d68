import Foundation

/// The commands that program a board, verify what they wrote, and reset it.
package struct FlashCommand: Hashable, Sendable {
  /// The probe to take, where there may be several.
  package struct Probe: Hashable, Sendable {
    package var serialNumber: String
    /// Vendor and product, `0483:374b`; the board's own probe when nil.
    package var usb: String?

    package init(serialNumber: String, usb: String? = nil) {
      self.serialNumber = serialNumber
      self.usb = usb
    }
  }

  package struct Step: Hashable, Sendable {
    /// The program's path first.
    package var arguments: [String]
    var prints: String?
  }

  /// The program's name.
  package let tool: String
  package let steps: [Step]

  /// Takes the first of the board's recipes whose program is installed, or the one of `tool`.
  ///
  /// - Parameters:
  ///   - files: of a build for `board`; they need not be there yet.
  ///   - searchPath: folders to look for programs in, separated by colons.
  /// - Throws: `.notFlashable` for a board that is no hardware, `.unknownTool`, or `.noFlashTool` when what could
  ///   be used is not installed.
  package init(
    board: Board, files: FirmwareFiles, tool: String? = nil, probe: Probe? = nil, searchPath: String? = nil
  ) throws(FirmwareBuildError) {
    guard !board.flashing.isEmpty else { throw .notFlashable(board: board.name) }
    let recipes = board.flashing.filter { tool == nil || $0.tool == tool }
    if let tool, recipes.isEmpty {
      throw .unknownTool(name: tool, board: board.name, known: board.flashing.map(\.tool))
    }
    for recipe in recipes {
      guard let path = Tool.find(recipe.tool, searchPath: searchPath ?? Tool.environmentPath) else { continue }
      self.tool = recipe.tool
      steps = recipe.steps.map { step in
        Step(arguments: [path] + Self.arguments(of: step, recipe, board, files, probe), prints: step.prints)
      }
      return
    }
    throw .noFlashTool(recipes.map { .init(name: $0.tool, installation: Self.installation(of: $0.tool)) })
  }

  private static func arguments(
    of step: Board.FlashRecipe.Step, _ recipe: Board.FlashRecipe, _ board: Board, _ files: FirmwareFiles, _ probe: Probe?
  ) -> [String] {
    let usb = probe?.usb ?? board.usbIds.first.map { "\($0.vendor):\($0.product)" } ?? ""
    return step.arguments.flatMap { $0 == "{probe}" ? (probe == nil ? [] : recipe.probe) : [$0] }.map {
      $0.replacing("{serial}", with: probe?.serialNumber ?? "").replacing("{usb}", with: usb)
        .replacing("{bin}", with: files.binary.path).replacing("{elf}", with: files.elf.path)
    }
  }

  private static func installation(of tool: String) -> String {
    switch tool {
    case "st-flash": "apt-get install stlink-tools"
    case "pyocd": "pipx install pyocd"
    case "probe-rs": "cargo install probe-rs-tools --locked"
    default: "apt-get install \(tool)"
    }
  }

  /// Programs the board that is connected; blocks until it is done.
  ///
  /// - Parameter show: takes what the program prints, as it comes.
  /// - Throws: `.flashFailed`, with the last lines that were printed.
  package func run(show: ([UInt8]) -> Void) throws(FirmwareBuildError) {
    for step in steps { try run(step, show: show) }
  }

  private func run(_ step: Step, show: ([UInt8]) -> Void) throws(FirmwareBuildError) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw .processFailed(program: tool, reason: "no pipe: \(ChildProcess.errorText(errno))")
    }
    defer { close(ends[0]) }
    let process = try Self.spawn(step.arguments, output: ends[1])
    let output = String(decoding: Self.readAll(ends[0], show: show), as: UTF8.self)
    let status = ChildProcess.wait(for: process)
    let isMissing = step.prints.map { !output.contains($0) } ?? false
    guard status != 0 || isMissing else { return }
    let end = status == 0 ? "it did not print '\(step.prints ?? "")'" : "it ended with status \(status)"
    throw .flashFailed(
      tool: tool, fault: FlashFault(output: output) ?? (status == 0 ? .verification : nil), end: end,
      lines: Self.lastLines(of: output))
  }

  /// Closes `output`, so that its other end sees the end of the program.
  private static func spawn(_ arguments: [String], output: Int32) throws(FirmwareBuildError) -> pid_t {
    defer { close(output) }
    return try ChildProcess.spawn(arguments, output: output)
  }

  private static func readAll(_ descriptor: Int32, show: ([UInt8]) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return bytes }
      show(Array(chunk[..<count]))
      bytes += chunk[..<count]
    }
  }

  /// Of a line that was written over and over, as progress is, what stood there last.
  private static func lastLines(of output: String) -> String {
    output.split { $0 == "\n" || $0 == "\r\n" }
      .compactMap { line in line.split(separator: "\r").last.map { "  \($0)" } }
      .suffix(12).joined(separator: "\n")
  }
}

extension FlashCommand.Step {
  /// As a shell takes it.
  package var shellText: String { arguments.map(Self.quoted).joined(separator: " ") }

  private static func quoted(_ argument: String) -> String {
    let plain = !argument.isEmpty && argument.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0)) }
    return plain ? argument : "'" + argument.replacing("'", with: #"'\''"#) + "'"
  }
}
