import Transport

/// Looks for what keeps boards from being trained, in the order in which it is best put right.
package struct Doctor: Sendable {
  /// What is known of the daemon.
  package enum Daemon: Hashable, Sendable {
    case absent
    case answers(processID: Int32, stateDirectory: String)
    /// The sentence says why.
    case refuses(String)
  }

  let machine: any Machine
  let daemon: Daemon
  /// Where the user's own runs are kept.
  let stateDirectory: String
  /// The udev rules that come with this version: where they are and what they say; `nil` where they are not found.
  let shippedRules: (path: String, text: String)?

  package init(
    machine: any Machine, daemon: Daemon, stateDirectory: String, shippedRules: (path: String, text: String)?
  ) {
    self.machine = machine
    self.daemon = daemon
    self.stateDirectory = stateDirectory
    self.shippedRules = shippedRules
  }

  package func findings() throws -> [Finding] {
    let records = try machine.udevRecords()
    let settings = daemonSettings()
    return udevFindings(records) + portFindings(records, listed: settings.listedPorts) + daemonFindings(settings)
      + stateFindings() + programFindings()
  }

  /// Whether training through the daemon needs no rights of the user's own.
  var isDaemonThere: Bool { if case .answers = daemon { true } else { false } }
}
