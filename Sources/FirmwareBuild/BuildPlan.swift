import ArtifactManifest
import Foundation

/// Which files a build reads and writes, and with which flags.
///
/// Invariant: kernels and runtime see only each other's headers and the board's compiler flags, so their
/// objects serve every artifact and every board of a core.
struct BuildPlan: Sendable {
  let root: FirmwareRoot
  let artifact: Artifact
  let board: Board
  let outputDirectory: URL
  /// Samples that wait outside of the arena.
  let sampleSlots: Int
  let groups: [SourceGroup]

  static let firmwareVersion = "0.1.0"

  /// Files compiled with the same flags.
  struct SourceGroup: Sendable {
    var sources: [URL]
    var includes: [URL]
    var objectDirectory: URL
    /// Kernels and the model's step are made fast, what surrounds them small.
    var optimization = "-O2"
    /// Of the objects' names; `sections.ld` tells a model's variables by `.model.o`.
    var objectSuffix = ".o"
  }

  init(
    root: FirmwareRoot, artifact: Artifact, board: Board, outputDirectory: URL, sampleSlots: Int, cache: ObjectCache
  ) throws(FirmwareBuildError) {
    self.root = root
    self.artifact = artifact
    self.board = board
    self.outputDirectory = outputDirectory
    self.sampleSlots = sampleSlots
    let ownObjects = Self.ownObjects(outputDirectory)
    let generated = outputDirectory.appendingPathComponent("generated")
    let runtime = [root.runtime, root.kernels]
    let common = root.boards.appendingPathComponent("common")
    let own = root.boards.appendingPathComponent(board.name)
    let shared = cache.isUsable() ? cache.directory : ownObjects
    groups = [
      SourceGroup(
        sources: try Self.files(of: root.kernels, extension: "c"), includes: runtime, objectDirectory: shared),
      SourceGroup(
        sources: try Self.files(of: root.runtime, extension: "c"), includes: runtime, objectDirectory: shared,
        optimization: "-Os"),
      SourceGroup(
        sources: board.sources.map { root.boards.appendingPathComponent($0) },
        includes: [generated, own, common] + runtime, objectDirectory: ownObjects, optimization: "-Os"),
      SourceGroup(
        sources: try Self.files(of: artifact.directory, extension: "c"),
        includes: [artifact.directory] + runtime, objectDirectory: ownObjects,
        objectSuffix: CompiledObject.modelSuffix),
    ]
  }

  private static func ownObjects(_ outputDirectory: URL) -> URL {
    outputDirectory.appendingPathComponent("objects")
  }

  /// Objects that serve this artifact and board alone.
  var ownObjects: URL { Self.ownObjects(outputDirectory) }
  var elf: URL { FirmwareFiles(in: outputDirectory).elf }
  var binary: URL { FirmwareFiles(in: outputDirectory).binary }
  var generated: URL { outputDirectory.appendingPathComponent("generated") }
  var boardFolder: URL { root.boards.appendingPathComponent(board.name) }
  var linkerScript: URL { root.boards.appendingPathComponent(board.linkerScript ?? "\(board.name)/memory.ld") }
  var commonFolder: URL { root.boards.appendingPathComponent("common") }

  /// No GNU dialect: gnu11 lets the compiler fuse multiplications and additions. Line tables (-g1) stay in the ELF file
  /// and change no code; they say which line a counted instruction or a crash belongs to.
  func compileFlags(_ group: SourceGroup) -> [String] {
    board.compilerFlags
      + [
        "-std=c11", group.optimization, "-g1", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra",
        "-Wconversion", "-Werror", "-fstack-usage", "-fcallgraph-info=su",
        "-fmacro-prefix-map=\(root.directory.path)=Firmware",
      ]
      + group.includes.map { "-I\($0.path)" }
  }

  /// Files of a folder with an extension, sorted, so that a build does not depend on their order on disk.
  static func files(of folder: URL, extension: String) throws(FirmwareBuildError) -> [URL] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".\(`extension`)") }
        .sorted()
        .map { folder.appendingPathComponent($0) }
    } catch {
      throw .unreadableFile(path: folder.path, reason: error.localizedDescription)
    }
  }

  static func read(_ file: URL) throws(FirmwareBuildError) -> String {
    do {
      return try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw .unreadableFile(path: file.path, reason: error.localizedDescription)
    }
  }
}
