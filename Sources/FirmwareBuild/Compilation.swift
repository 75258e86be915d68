import ArtifactManifest
import Foundation
import Synchronization

/// Compiles the files of a plan whose objects are not up to date, as many at once as there are cores.
struct Compilation: Sendable {
  let plan: BuildPlan
  let compiler: Tool

  func run() throws(FirmwareBuildError) {
    let common = try commonDigest()
    let failures = Mutex<[Int: FirmwareBuildError]>([:])
    DispatchQueue.concurrentPerform(iterations: plan.units.count) { index in
      do throws(FirmwareBuildError) {
        try compile(plan.units[index], common: common)
      } catch {
        failures.withLock { $0[index] = error }
      }
    }
    let first = failures.withLock { failures in failures.min { $0.key < $1.key }?.value }
    if let first { throw first }
  }

  private func compile(
    _ unit: BuildPlan.CompileUnit, common: Digest64
  ) throws(FirmwareBuildError) {
    var digest = common
    digest.update(try plan.read(unit.source).utf8)
    if isUpToDate(unit, key: digest.hex) { return }
    let result = try compiler.run(
      plan.compileFlags + ["-c", unit.source.path, "-o", unit.object.path])
    guard result.status == 0 else {
      throw .compileFailed(file: unit.source.path, message: Self.firstError(in: result.output))
    }
    try plan.write(digest.hex, to: unit.key)
  }

  /// The compiler's first complaint, without the excerpts it draws below.
  static func firstError(in output: String) -> String {
    let lines = output.split(separator: "\n")
    return String(lines.first { $0.contains("error:") } ?? lines.first ?? "no message")
  }

  private func isUpToDate(_ unit: BuildPlan.CompileUnit, key: String) -> Bool {
    guard FileManager.default.fileExists(atPath: unit.object.path),
      FileManager.default.fileExists(atPath: unit.callGraph.path),
      let known = FileManager.default.contents(atPath: unit.key.path)
    else { return false }
    return known == Data(key.utf8)
  }

  /// What all objects depend on: the compiler, its flags and every header.
  private func commonDigest() throws(FirmwareBuildError) -> Digest64 {
    var digest = Digest64()
    let version = try compiler.run(["--version"])
    digest.update((compiler.path + version.output).utf8)
    digest.update(plan.compileFlags.joined(separator: "\n").utf8)
    let facts = plan.generated.appendingPathComponent("board_facts.h")
    for header in plan.headers + [facts] { digest.update(try plan.read(header).utf8) }
    return digest
  }
}
