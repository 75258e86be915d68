import Foundation

/// Where a program keeps its runs between calls.
package enum StateDirectory {
  /// The folder's name under a base folder.
  package static let name = "fieldtune"
  /// Where the daemon keeps its runs; systemd's `StateDirectory=fieldtune`.
  package static let system = URL(fileURLWithPath: "/var/lib/fieldtune", isDirectory: true)

  /// The user's folder: `$FIELDTUNE_STATE`, or `$XDG_STATE_HOME/fieldtune`, or `~/.local/state/fieldtune`.
  ///
  /// Variables that are set to nothing count as absent (XDG Base Directory Specification 0.8).
  package static func user(environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
    if let own = environment["FIELDTUNE_STATE"], !own.isEmpty {
      return URL(fileURLWithPath: own, isDirectory: true)
    }
    if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") {
      return URL(fileURLWithPath: base, isDirectory: true).appendingPathComponent(name)
    }
    return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/state/\(name)")
  }
}
