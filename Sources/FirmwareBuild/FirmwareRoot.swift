import Foundation

/// The `Firmware` folder: kernels, runtime and boards, in C.
package struct FirmwareRoot: Hashable, Sendable {
  package let directory: URL

  package init(directory: URL) { self.directory = directory }

  package var boards: URL { directory.appendingPathComponent("boards") }
  package var kernels: URL { directory.appendingPathComponent("kernels") }
  package var runtime: URL { directory.appendingPathComponent("runtime") }
  /// What counts a step's instructions in QEMU.
  package var profiler: URL { directory.appendingPathComponent("profiler") }
  /// Folders of update plans that come with this Firmware folder: in the repository, and where it is installed.
  package var planFolders: [URL] {
    let home = directory.deletingLastPathComponent()
    return [home.appendingPathComponent("Packaging/plans"), home.appendingPathComponent("plans")]
  }

  /// Finds the folder: `$FIELDTUNE_HOME/Firmware`, then `Firmware` beside the running program or in a
  /// folder above it (a build tree), then above the working directory, then where it is installed: under
  /// `share/fieldtune` beside the program's `bin`, or under `/usr`.
  package static func locate() throws(FirmwareBuildError) -> FirmwareRoot {
    try locate(among: candidates())
  }

  /// The first of `candidates` that holds the folder.
  package static func locate(among candidates: [URL]) throws(FirmwareBuildError) -> FirmwareRoot {
    for folder in candidates {
      let root = FirmwareRoot(directory: folder.appendingPathComponent("Firmware"))
      let marker = root.runtime.appendingPathComponent("step.h")
      if FileManager.default.fileExists(atPath: marker.path) { return root }
    }
    throw .noFirmwareFolder(searched: candidates.map(\.path))
  }

  private static func candidates() -> [URL] {
    var folders: [URL] = []
    if let home = ProcessInfo.processInfo.environment["FIELDTUNE_HOME"], !home.isEmpty {
      folders.append(URL(fileURLWithPath: home))
    }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    folders += ancestors(of: program.deletingLastPathComponent())
    folders += ancestors(of: URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
    let prefix = program.deletingLastPathComponent().deletingLastPathComponent()
    folders.append(prefix.appendingPathComponent("share/fieldtune"))
    folders.append(URL(fileURLWithPath: "/usr/share/fieldtune"))
    return folders
  }

  /// The folder itself and those above it, nearest first, without the root.
  private static func ancestors(of folder: URL) -> [URL] {
    var folders: [URL] = []
    var current = folder.standardizedFileURL
    while current.path != "/" {
      folders.append(current)
      current = current.deletingLastPathComponent().standardizedFileURL
    }
    return folders
  }
}
