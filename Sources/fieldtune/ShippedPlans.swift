import FirmwareBuild
import Foundation

/// The update plans that come with fieldtune, by name: `mcunet-49kb` is the file `mcunet-49kb.json` in a folder of plans.
struct ShippedPlans {
  private let files: [String: URL]

  /// - Throws: `FirmwareBuildError` where the installation is not found, or the system's error for an unreadable folder.
  init() throws {
    let folders = try FirmwareRoot.locate().planFolders.filter { FileManager.default.fileExists(atPath: $0.path) }
    let urls = try folders.flatMap { try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil) }
    let plans = urls.filter { $0.pathExtension == "json" && !$0.lastPathComponent.hasSuffix(".schema.json") }
    files = Dictionary(plans.map { ($0.deletingPathExtension().lastPathComponent, $0) }) { first, _ in first }
  }

  var names: [String] { files.keys.sorted() }

  subscript(name: String) -> URL? { files[name] }
}
