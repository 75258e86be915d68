import ArtifactManifest
import Foundation
import Synchronization

/// Compiles the files of a plan whose objects are not there yet, as many at once as there are cores.
struct Compilation: Sendable {
  let plan: BuildPlan
  let compiler: Tool

  /// A C file and what it becomes. The object's name holds a digest of all it is made from.
  private struct Unit: Sendable {
    var source: URL
    var object: URL
    var flags: [String]
  }

  /// - Returns: the objects, in the order of the plan's sources.
  func run() throws(FirmwareBuildError) -> [CompiledObject] {
    let units = try units()
    let failures = Mutex<[Int: FirmwareBuildError]>([:])
    DispatchQueue.concurrentPerform(iterations: units.count) { index in
      do throws(FirmwareBuildError) {
        try compile(units[index])
      } catch {
        failures.withLock { $0[index] = error }
      }
    }
    let first = failures.withLock { failures in failures.min { $0.key < $1.key }?.value }
    if let first { throw first }
    let objects = units.map { CompiledObject(file: $0.object) }
    try removeStale(keeping: objects)
    return objects
  }

  /// Objects of earlier sources, beside the firmware; the cache is shared and keeps its own.
  private func removeStale(keeping objects: [CompiledObject]) throws(FirmwareBuildError) {
    let kept = Set(objects.map { $0.file.deletingPathExtension().lastPathComponent })
    for kind in ["o", "ci"] {
      for file in try BuildPlan.files(of: plan.ownObjects, extension: kind)
      where !kept.contains(file.deletingPathExtension().lastPathComponent) {
        unlink(file.path)
      }
    }
  }

  private func units() throws(FirmwareBuildError) -> [Unit] {
    let version = try compiler.run(["--version"]).output
    var units: [Unit] = []
    for group in plan.groups {
      let flags = plan.compileFlags(group)
      var common = Digest64()
      common.update((compiler.path + version + flags.joined(separator: "\n")).utf8)
      for folder in group.includes {
        for header in try BuildPlan.files(of: folder, extension: "h") {
          common.update(try BuildPlan.read(header).utf8)
        }
      }
      for source in group.sources {
        var digest = common
        digest.update((source.path + (try BuildPlan.read(source))).utf8)
        let name = "\(source.deletingPathExtension().lastPathComponent)-\(digest.hex)\(group.objectSuffix)"
        let object = group.objectDirectory.appendingPathComponent(name)
        units.append(Unit(source: source, object: object, flags: flags))
      }
    }
    return units
  }

  /// Under a name of its own first, because another build may be making the same object.
  private func compile(_ unit: Unit) throws(FirmwareBuildError) {
    if FileManager.default.fileExists(atPath: unit.object.path) { return }
    let stem = "\(unit.object.deletingPathExtension().path).\(UUID().uuidString)"
    let result = try compiler.run(unit.flags + ["-c", unit.source.path, "-o", stem + ".o"])
    guard result.status == 0 else {
      let message = Self.firstError(in: result.output)
      throw .compileFailed(
        file: unit.source.path, message: message.replacing(unit.source.path + ":", with: ""))
    }
    let object = CompiledObject(file: unit.object)
    unlink(stem + ".su")
    try rename(stem + ".ci", object.callGraph.path)
    try rename(stem + ".o", object.file.path)
  }

  private func rename(_ old: String, _ new: String) throws(FirmwareBuildError) {
    guard Foundation.rename(old, new) == 0 else {
      throw .unwritableFile(path: new, reason: ChildProcess.errorText(errno))
    }
  }

  /// The compiler's first complaint, without the excerpts it draws below.
  private static func firstError(in output: String) -> String {
    let lines = output.split(separator: "\n")
    return String(lines.first { $0.contains("error:") } ?? lines.first ?? "no message")
  }
}
