import Foundation
import ModelImport

/// Files that tests read: the shipped models, and models made by others where they are at hand.
enum Files {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let demo = root.appendingPathComponent("Tools/Demo")

  /// The folder of models made by others: FIELDTUNE_SHARED, or `shared` beside the project.
  static let sharedModels: URL? = {
    let folder =
      ProcessInfo.processInfo.environment["FIELDTUNE_SHARED"].map(URL.init(fileURLWithPath:))
      ?? root.deletingLastPathComponent().appendingPathComponent("shared")
    let models = folder.appendingPathComponent("models")
    return FileManager.default.fileExists(atPath: models.path) ? models : nil
  }()

  static func bytes(_ url: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: url)) }

  /// True when the bytes import; a refusal must be an `ImportError`.
  static func imports(_ bytes: [UInt8]) throws -> Bool {
    do {
      _ = try ModelImporter.graph(of: bytes, name: "damaged")
      return true
    } catch is ImportError {
      return false
    }
  }
}
