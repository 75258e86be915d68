import Foundation

/// Where compiled kernels and runtime are kept from one artifact to the next: nothing in them depends on
/// the model. Files are named by a digest of all they were made from and may be deleted at any time.
package struct ObjectCache: Hashable, Sendable {
  package let directory: URL

  package init(directory: URL) { self.directory = directory }

  /// `$XDG_CACHE_HOME/fieldtune`, otherwise `~/.cache/fieldtune`.
  package static var standard: ObjectCache {
    let environment = ProcessInfo.processInfo.environment
    let parent: URL
    if let path = environment["XDG_CACHE_HOME"], path.hasPrefix("/") {
      parent = URL(fileURLWithPath: path)
    } else {
      parent = FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
    }
    return ObjectCache(directory: parent.appendingPathComponent("fieldtune"))
  }

  /// Whether objects can be written there; a user without a home gets them beside the firmware.
  func isUsable() -> Bool {
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      return false
    }
    return FileManager.default.isWritableFile(atPath: directory.path)
  }
}
