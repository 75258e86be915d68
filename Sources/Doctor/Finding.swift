/// One thing the doctor found.
package struct Finding: Hashable, Sendable, Codable {
  package enum Level: String, Hashable, Sendable, Codable {
    /// In order.
    case fine
    /// Worth knowing; not everybody needs it.
    case note
    /// Stands in the way of training until it is put right.
    case wrong
  }

  package let level: Level
  package let trap: Trap
  /// What it is about: a port, a file, a program.
  package let subject: String
  /// What was found and what was expected, as one sentence.
  package let found: String
  /// The command that puts it right; `nil` where there is none to give.
  package let fix: String?

  package init(_ level: Level, _ trap: Trap, _ subject: String, _ found: String, fix: String? = nil) {
    self.level = level
    self.trap = trap
    self.subject = subject
    self.found = found
    self.fix = fix
  }
}

/// What stands between people and their boards. The names are for programs, and stay.
package enum Trap: String, Hashable, Sendable, Codable, CaseIterable {
  /// Without udevd no port is found, and none is announced when it is plugged in.
  case udevNotRunning = "udev-not-running"
  /// The udev rules are not installed, or are those of another version.
  case udevRule = "udev-rule"
  /// The rules are installed, but the board was plugged in before.
  case udevRuleNotApplied = "udev-rule-not-applied"
  /// ModemManager writes AT commands to the board for some ten seconds after it is plugged in.
  case modemManager = "modem-manager"
  /// The user may not read and write the port.
  case portPermission = "port-permission"
  /// The user is in the group, but logged in before that.
  case loginAgain = "log-in-again"
  /// Everybody may read and write the port.
  case portOpenToAll = "port-open-to-all"
  /// Another program has the port open.
  case portHeld = "port-held"
  /// A probe that has no serial port.
  case probeWithoutPort = "probe-without-port"
  /// A serial port that is left alone until the configuration lists it.
  case portNotListed = "port-not-listed"
  /// USB autosuspend delays or drops the first bytes after a pause.
  case autosuspend = "usb-autosuspend"
  /// FTDI's adapters collect bytes for 16 ms.
  case latencyTimer = "ftdi-latency"
  /// A program that builds, flashes or emulates is missing.
  case missingProgram = "missing-program"
  case noDaemon = "no-daemon"
  /// There is a daemon that may not be spoken to.
  case daemonRefuses = "daemon-refuses"
  /// Two daemons find each other's boards in use.
  case twoDaemons = "two-daemons"
  /// A file of the daemon's configuration cannot be used.
  case configuration
  /// The port of the page is taken.
  case pagePort = "page-port"
  /// The state directory cannot be written to.
  case stateDirectory = "state-directory"
  case diskSpace = "disk-space"
}
