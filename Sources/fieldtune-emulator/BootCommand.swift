import ArgumentParser
import BoardEmulator
import Foundation

struct BootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot", abstract: "Print what a board does from power on until it first sleeps.")

  @OptionGroup var options: MachineOptions

  func run() throws {
    let machine = try options.makeMachine()
    let log = try EventLog("-")
    machine.log = { time, text in log.write(time, text) }
    let session = EmulatorSession(machine, end: nil, pace: .free)
    for order in try options.orders() { session.injector.order(order) }
    machine.powerOn()
    // No firmware boots for so long, whatever its waits.
    try session.run(for: .milliseconds(10_000), isOver: { machine.sleptTime > 0 })
    if let finding = machine.finding { throw finding }
    machine.note(machine.sleptTime > 0 ? "idle after \(machine.executed) instructions" : "not idle after 10 s")
  }
}
