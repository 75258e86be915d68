import Foundation

/// Links the objects of a plan, with the first placement that fits the board's memory.
struct Linking: Sendable {
  let plan: BuildPlan
  let compiler: Tool
  let objects: [CompiledObject]
  let stackBytes: Int

  /// Memory that does not suffice, as the linker says it.
  private struct Overflow {
    var region: String
    var missingBytes: Int
  }

  /// - Returns: the placement taken; nil on the host, which has none.
  func run() throws(FirmwareBuildError) -> Board.Placement? {
    if plan.board.runs == .host {
      try linkOnHost()
      return nil
    }
    var overflows: [Overflow] = []
    for placement in plan.board.placements {
      try plan.writeRegions(placement)
      let result = try compiler.run(chipArguments)
      if result.status == 0 { return placement }
      guard let overflow = Self.overflow(in: result.output) else {
        throw .linkFailed(board: plan.board.name, message: result.output)
      }
      overflows.append(overflow)
    }
    throw error(for: overflows)
  }

  private func linkOnHost() throws(FirmwareBuildError) {
    let result = try compiler.run(
      plan.board.compilerFlags + ["-Wl,--gc-sections", "-o", plan.elf.path] + objectPaths)
    guard result.status == 0 else {
      throw .linkFailed(board: plan.board.name, message: result.output)
    }
  }

  /// Warnings are fatal: newlib warns when the firmware would need a file system or a heap.
  private var chipArguments: [String] {
    plan.board.compilerFlags
      + [
        "-nostartfiles", "--specs=nano.specs", "--specs=nosys.specs", "-Wl,--gc-sections",
        "-Wl,--fatal-warnings", "-Wl,--defsym=__stack_bytes=\(stackBytes)",
        "-Xlinker", "-Map=\(plan.elf.deletingPathExtension().path).map", "-L\(plan.generated.path)",
        "-L\(plan.commonFolder.path)", "-T", plan.linkerScript.path, "-o",
        plan.elf.path,
      ] + objectPaths
  }

  private var objectPaths: [String] { objects.map(\.file.path) }

  /// The placement that came closest, in the linker's words turned into ours.
  private func error(for overflows: [Overflow]) -> FirmwareBuildError {
    guard let least = overflows.min(by: { $0.missingBytes < $1.missingBytes }) else {
      return .linkFailed(board: plan.board.name, message: "board.json names no placement")
    }
    return .memoryOverflow(
      board: plan.board.name, region: least.region,
      capacityBytes: plan.board.region(named: least.region)?.bytes ?? 0,
      missingBytes: least.missingBytes)
  }

  /// The largest of the lines such as: region `RAM' overflowed by 1234 bytes.
  private static func overflow(in output: String) -> Overflow? {
    let matches = output.matches(of: /region `(\w+)' overflowed by (\d+) bytes?/)
    let overflows = matches.compactMap { match in
      Int(match.2).map { Overflow(region: String(match.1), missingBytes: $0) }
    }
    return overflows.max { $0.missingBytes < $1.missingBytes }
  }
}
