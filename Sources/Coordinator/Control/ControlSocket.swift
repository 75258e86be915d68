import Foundation

/// Where the daemon's socket is.
package enum ControlSocket {
  package static let variable = "FIELDTUNE_SOCKET"
  /// Of the system's daemon; systemd's `RuntimeDirectory=fieldtune`.
  package static let systemPath = "/run/fieldtune/fieldtuned.sock"

  /// Of a user's own daemon; `nil` without `$XDG_RUNTIME_DIR`.
  package static func userPath(environment: [String: String]) -> String? {
    guard let base = environment["XDG_RUNTIME_DIR"], base.hasPrefix("/") else { return nil }
    return base + "/fieldtune/fieldtuned.sock"
  }

  /// Where a client looks, in this order: what `$FIELDTUNE_SOCKET` names and nothing else, or the
  /// system's socket and then the user's.
  package static func candidates(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [String] {
    if let named = environment[variable], !named.isEmpty { return [named] }
    return [systemPath] + (userPath(environment: environment).map { [$0] } ?? [])
  }
}
