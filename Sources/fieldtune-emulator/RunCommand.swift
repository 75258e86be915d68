import ArgumentParser
import BoardEmulator
import Foundation
import Synchronization

/// Set by SIGTERM and SIGINT.
private let isTerminating = Atomic(false)

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a board until SIGTERM, or until the firmware does what the board forbids.")

  @OptionGroup var options: MachineOptions
  @Option(help: "The line's host end: unix:PATH, or pty, or pty:LINK with a link to the terminal.")
  var serial: String
  @Option(help: "The host's rate behind a Unix socket, which has none of its own; the board's when left out.")
  var lineBaud: Int?
  @Option(help: "A Unix socket that takes faults while the board runs, a line each, and 'status'.")
  var control: String?
  @Option(help: "real: virtual time is never ahead of real time; free: only an idle board waits.")
  var pace = Pace.real
  @Option(help: "What happens on the board, a line each, and a summary as JSON at the end; '-' for standard output.")
  var log: String?
  @Option(help: "Writes the blocks of code that were executed, start and size in hexadecimal.")
  var coverage: String?
  @Option(name: .customLong("for"), help: "Ends after so many milliseconds of virtual time.")
  var milliseconds: UInt64?

  func run() throws {
    let machine = try options.makeMachine()
    let orders = try options.orders()
    let end = try hostEnd()
    let log = try EventLog(log)
    machine.log = { time, text in log.write(time, text) }
    let session = EmulatorSession(machine, end: end, control: try control.map { path throws(Finding) in try ControlSocket(path: path) }, pace: pace)
    for order in orders { session.injector.order(order) }
    takeSignals()
    machine.powerOn()
    try session.run(for: milliseconds.map { .milliseconds($0) } ?? .max, isOver: { isTerminating.load(ordering: .relaxed) })
    if let coverage { try write(machine.coverage, to: coverage) }
    log.write(line: session.summary.json)
    if let finding = machine.finding { throw finding }
  }

  /// Who starts this program may have them blocked, and blocked signals are inherited.
  private func takeSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGTERM, SIGINT] {
      signal(number) { _ in isTerminating.store(true, ordering: .relaxed) }
      sigaddset(&signals, number)
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private func hostEnd() throws -> any HostEnd {
    let parts = serial.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count) {
    case ("unix", 2): return try SocketHostEnd(path: parts[1], baud: lineBaud)
    case ("pty", _):
      let terminal = try TerminalHostEnd(link: parts.count == 2 ? parts[1] : nil)
      print(terminal.name)
      fflush(nil)
      return terminal
    default: throw ValidationError("--serial: found '\(serial)': expected unix:PATH, pty or pty:LINK")
    }
  }

  private func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw Finding(.broken, "\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}

extension Pace: ExpressibleByArgument {}
