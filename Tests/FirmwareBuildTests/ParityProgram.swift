import FirmwareBuild
import Foundation

/// `Firmware/parity` with one seed: built for this machine or for a board in QEMU, and run.
struct ParityProgram {
  let folder: TemporaryFolder
  let root: FirmwareRoot

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameter cases: for each kernel, besides all small shapes.
  init(seed: UInt32, cases: UInt32) throws {
    folder = try TemporaryFolder()
    root = try FirmwareRoot.locate()
    header = "#define PARITY_SEED \(seed)u\n#define PARITY_CASES \(cases)u\n"
  }

  private let header: String
  private static let shared = ["parity", "draw", "memory", "shapes", "layers", "elements"]
  private var sources: URL { root.directory.appendingPathComponent("parity") }

  /// The lines that the kernels' plain C makes; `memory` is `pool` (guards) or `heap` (for the address sanitizer).
  func linesOnHost(memory: String, flags: [String]) throws -> [Substring] {
    let build = folder.url.appendingPathComponent("host-\(memory)")
    try writeHeader(in: build)
    let program = build.appendingPathComponent("parity").path
    let kernels = try FileManager.default.contentsOfDirectory(atPath: root.kernels.path).filter { $0.hasSuffix(".c") }
    let files = (Self.shared + ["host", "memory_\(memory)"]).map { sources.appendingPathComponent("\($0).c").path }
      + kernels.map { root.kernels.appendingPathComponent($0).path }
    let strict = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    _ = try Self.run(["gcc"] + strict + flags + ["-I\(root.kernels.path)", "-I\(build.path)"] + files + ["-o", program])
    return try Self.run([program])
  }

  /// The lines that a core's kernels make.
  func lines(on board: Board) throws -> [Substring] {
    guard let qemu = board.qemu else { throw Failure(description: "\(board.name) does not run in QEMU") }
    var board = try board.withAllMemory()
    board.sources = board.sources.filter { $0 != "common/firmware.c" }
      + (Self.shared + ["firmware", "memory_pool"]).map { "../parity/\($0).c" }
    let artifact = try FixtureArtifact(in: folder.url, name: board.name)
    let output = FirmwareBuilder.outputDirectory(artifactDirectory: artifact.directory, board: board)
    try writeHeader(in: output.appendingPathComponent("generated"))
    let report = try FirmwareBuilder(root: root).build(
      artifactDirectory: artifact.directory, board: board, outputDirectory: output)
    return try Self.run(
      [qemu.program, "-machine", qemu.machine, "-kernel", report.elf] + qemu.arguments + [
        "-no-reboot", "-serial", "null", "-semihosting-config", "enable=on,target=native",
      ])
  }

  private func writeHeader(in folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try header.write(to: folder.appendingPathComponent("parity_cases.h"), atomically: true, encoding: .utf8)
  }

  /// What a program says on both its outputs. It ends with the tests at the latest.
  private static func run(_ arguments: [String]) throws -> [Substring] {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["setpriv", "--pdeathsig", "KILL", "--"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(arguments[0]) ended with \(process.terminationStatus): \(text.suffix(4000))")
    }
    return text.split(separator: "\n")
  }
}
