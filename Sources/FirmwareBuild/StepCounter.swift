import ArtifactManifest
import Foundation

/// Builds an artifact into firmware that does nothing but a few steps (`Firmware/profiler/counted_step.c`), runs it in
/// QEMU and counts the instructions of the last one.
package struct StepCounter: Sendable {
  package let builder: FirmwareBuilder

  package init(builder: FirmwareBuilder) { self.builder = builder }

  /// - Parameters:
  ///   - board: an MPS2 of QEMU.
  ///   - sample: nil: the artifact's golden step.
  ///   - watchesMemory: count loads and stores, too.
  /// - Throws: a sentence when a tool is missing, something does not build, or the first step's result is not the
  ///   golden one.
  package func run(
    artifactDirectory: URL, board: Board, sample: CountedSample? = nil, watchesMemory: Bool = false
  ) throws(FirmwareBuildError) -> CountedStep {
    guard let qemu = board.qemu else { throw .notRunnable(board: board.name) }
    let sample = if let sample { sample } else { try CountedSample(golden: FirmwareBuilder.open(artifactDirectory).manifest) }
    let folder = FirmwareBuilder.outputDirectory(artifactDirectory: artifactDirectory, board: board)
      .appendingPathComponent("counted")
    try write(sample, in: folder)
    let report = try builder.build(
      artifactDirectory: artifactDirectory, board: Self.counting(board), outputDirectory: folder)
    let code = try CodeAddresses(of: URL(fileURLWithPath: report.elf), searchPath: builder.searchPath)
    let counts = folder.appendingPathComponent("counts.txt")
    let options = try options(code, output: counts, watchesMemory: watchesMemory)
    unlink(counts.path)
    try start(qemu, elf: report.elf, plugin: plugin(in: folder), options: options)
    guard FileManager.default.fileExists(atPath: counts.path) else {
      throw .processFailed(
        program: report.elf,
        reason: "restarted in a step, after a fault or a failed assertion; compile the artifact again if it is an older one")
    }
    return CountedStep(counts: try BuildPlan.read(counts), disassembly: try code.disassembly(), report: report)
  }

  /// With the counted steps in place of the session's main loop, and with a stack on which any step has room.
  private static func counting(_ board: Board) throws(FirmwareBuildError) -> Board {
    var counting = try board.withAllMemory()
    counting.sources = counting.sources.map { $0 == "common/firmware.c" ? "../profiler/counted_step.c" : $0 }
    counting.stackBytes *= 8
    return counting
  }

  private func write(_ sample: CountedSample, in folder: URL) throws(FirmwareBuildError) {
    let generated = folder.appendingPathComponent("generated")
    let file = generated.appendingPathComponent(CountedSample.headerName)
    do {
      try FileManager.default.createDirectory(at: generated, withIntermediateDirectories: true)
      try sample.header.write(to: file, atomically: true, encoding: .utf8)
    } catch {
      throw .unwritableFile(path: file.path, reason: error.localizedDescription)
    }
  }

  /// What the plugin is told: where to begin and end, and which functions are the generated step's.
  private func options(
    _ code: CodeAddresses, output: URL, watchesMemory: Bool
  ) throws(FirmwareBuildError) -> [String] {
    var options = ["output=\(Self.escaped(output.path))"]
    options.append("start=" + Self.hex(try code.function(named: "counted_step").addresses.lowerBound))
    options.append("stop=" + Self.hex(try code.function(named: "counting_ends").addresses.lowerBound))
    for function in try code.functions(of: "training_step.c") {
      options.append("sites=\(Self.hex(function.addresses.lowerBound))-\(Self.hex(function.addresses.upperBound))")
    }
    return options + (watchesMemory ? ["flash=0-20000000"] : [])  // Armv7-M's region for code.
  }

  private func start(
    _ qemu: Board.QEMUMachine, elf: String, plugin: URL, options: [String]
  ) throws(FirmwareBuildError) {
    let program = try Tool(qemu.program, packages: ["qemu-system-arm"], searchPath: builder.searchPath)
    let setpriv = try Tool("setpriv", packages: ["util-linux"])
    let result = try setpriv.run(
      ["--pdeathsig", "KILL", "--", program.path, "-machine", qemu.machine, "-kernel", elf] + qemu.arguments + [
        "-no-reboot", "-serial", "null", "-semihosting-config", "enable=on,target=native",
        "-plugin", "file=\(Self.escaped(plugin.path))," + options.joined(separator: ","),
      ])
    guard result.status == 0 else {
      let silent = "\(elf): the first step's training state is not the golden one"
      throw .processFailed(program: program.path, reason: result.output.isEmpty ? silent : result.output)
    }
  }

  /// Compiled for the machine QEMU runs on, and kept where kernels are.
  private func plugin(in folder: URL) throws(FirmwareBuildError) -> URL {
    let source = builder.root.profiler.appendingPathComponent("instruction_counts.c")
    let compiler = try Tool("gcc", packages: ["gcc", "libc6-dev"], searchPath: builder.searchPath)
    var digest = Digest64()
    digest.update((try compiler.run(["--version"]).output + Self.pluginFlags.joined(separator: "\n")).utf8)
    for file in [source, builder.root.profiler.appendingPathComponent("qemu_plugin.h")] {
      digest.update(try BuildPlan.read(file).utf8)
    }
    let directory = builder.cache.isUsable() ? builder.cache.directory : folder
    let library = directory.appendingPathComponent("instruction_counts-\(digest.hex).so")
    if FileManager.default.fileExists(atPath: library.path) { return library }
    let made = library.path + "." + UUID().uuidString
    let result = try compiler.run(Self.pluginFlags + [source.path, "-o", made])
    guard result.status == 0 else { throw .compileFailed(file: source.path, message: result.output) }
    guard rename(made, library.path) == 0 else {
      throw .unwritableFile(path: library.path, reason: ChildProcess.errorText(errno))
    }
    return library
  }

  private static let pluginFlags = [
    "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fPIC", "-shared",
    "-fvisibility=hidden",
  ]

  private static func hex(_ address: UInt32) -> String { String(address, radix: 16) }

  /// QEMU splits options at commas; a doubled one stands for itself.
  private static func escaped(_ path: String) -> String { path.replacing(",", with: ",,") }
}
