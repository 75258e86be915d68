import ArgumentParser

@main
struct Torture: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "torture", abstract: "Try to make a run lose or double a step.",
    subcommands: [
      SimulateCommand.self, UnplugCommand.self, GoodputCommand.self, LineCommand.self, BoardCommand.self, EmulatorCommand.self,
      KillCommand.self,
    ])
}
