import ArtifactManifest
import Foundation

/// Which files a build reads and writes, and with which flags.
struct BuildPlan: Sendable {
  let root: FirmwareRoot
  let artifact: Artifact
  let board: Board
  let outputDirectory: URL
  let units: [CompileUnit]
  /// Of every header a source may include; generated ones aside.
  let headers: [URL]

  static let firmwareVersion = "0.1.0"

  /// A C file and what becomes of it.
  struct CompileUnit: Sendable {
    var source: URL
    var object: URL
    /// Written by the compiler beside the object.
    var callGraph: URL { object.deletingPathExtension().appendingPathExtension("ci") }
    /// Digest of all the object was made from.
    var key: URL { object.deletingPathExtension().appendingPathExtension("key") }
  }

  init(
    root: FirmwareRoot, artifact: Artifact, board: Board, outputDirectory: URL
  ) throws(FirmwareBuildError) {
    self.root = root
    self.artifact = artifact
    self.board = board
    self.outputDirectory = outputDirectory
    let folders = [root.kernels, root.runtime, artifact.directory]
    var sources = board.sources.map { root.boards.appendingPathComponent($0) }
    for folder in folders { sources += try Self.files(of: folder, extension: "c") }
    let objects = outputDirectory.appendingPathComponent("objects")
    units = sources.map { source in
      let folder = source.deletingLastPathComponent().lastPathComponent
      let name = "\(folder)-\(source.deletingPathExtension().lastPathComponent).o"
      return CompileUnit(source: source, object: objects.appendingPathComponent(name))
    }
    var headers: [URL] = []
    let headerFolders = folders + [
      root.boards.appendingPathComponent("common"), root.boards.appendingPathComponent(board.name),
    ]
    for folder in headerFolders { headers += try Self.files(of: folder, extension: "h") }
    self.headers = headers
  }

  var elf: URL { outputDirectory.appendingPathComponent("firmware.elf") }
  var binary: URL { outputDirectory.appendingPathComponent("firmware.bin") }
  var generated: URL { outputDirectory.appendingPathComponent("generated") }
  var boardFolder: URL { root.boards.appendingPathComponent(board.name) }
  var commonFolder: URL { root.boards.appendingPathComponent("common") }

  /// No GNU dialect: gnu11 lets the compiler fuse multiplications and additions.
  var compileFlags: [String] {
    let includes = [artifact.directory, generated, boardFolder, commonFolder, root.runtime, root.kernels]
    return board.compilerFlags
      + [
        "-std=c11", "-O2", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra",
        "-Wconversion", "-Werror", "-fstack-usage", "-fcallgraph-info=su",
        "-fmacro-prefix-map=\(root.directory.path)=Firmware",
      ]
      + includes.map { "-I\($0.path)" }
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

  func read(_ file: URL) throws(FirmwareBuildError) -> String {
    do {
      return try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw .unreadableFile(path: file.path, reason: error.localizedDescription)
    }
  }
}
