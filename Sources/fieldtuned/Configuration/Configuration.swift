import Coordinator
import Foundation
import Logging
import Telemetry
import Transport

/// What the daemon is told by its files.
struct Configuration: Sendable {
  /// `nil`: chosen by the environment.
  var socketPath: String?
  var stateDirectory: String
  var httpAddress = "127.0.0.1"
  /// 0 for any free port.
  var httpPort = 8484
  var listedPorts: [AdoptionPolicy.Listing] = []
  /// As the files have them, for `text()`.
  var listedPortNames: [String] = []
  var baud = LineRate.automatic
  var logLevel = Logger.Level.info

  private let environment: [String: String]

  /// The defaults. systemd names folders in `STATE_DIRECTORY` and `RUNTIME_DIRECTORY`.
  init(environment: [String: String]) {
    self.environment = environment
    stateDirectory = environment["STATE_DIRECTORY"] ?? StateDirectory.user(environment: environment).path
  }

  /// - Throws: `ConfigurationError` where neither a file nor the environment names a folder for it.
  func socketPathInForce() throws(ConfigurationError) -> String {
    if let socketPath { return socketPath }
    if let named = environment[ControlSocket.variable], !named.isEmpty { return named }
    if let folder = environment["RUNTIME_DIRECTORY"] { return folder + "/fieldtuned.sock" }
    if let path = ControlSocket.userPath(environment: environment) { return path }
    guard geteuid() == 0 else {
      throw ConfigurationError(
        "socket: found neither the key nor $XDG_RUNTIME_DIR, expected one of them: set socket in the configuration")
    }
    return ControlSocket.systemPath
  }

  /// The configuration in force, as a file that would lead to it.
  func text() throws(ConfigurationError) -> String {
    let socket = try socketPathInForce()
    let listed = listedPortNames.map { "\"\($0)\"" }.joined(separator: ", ")
    return """
      socket = "\(socket)"
      state-directory = "\(stateDirectory)"
      log-level = "\(logLevel)"

      [http]
      address = "\(httpAddress)"
      port = \(httpPort)

      [ports]
      listed = [\(listed)]
      baud = \(baud.pinnedBaud.map { "\($0)" } ?? "\"auto\"")

      """
  }
}

/// What is wrong with a configuration, as one sentence.
struct ConfigurationError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
