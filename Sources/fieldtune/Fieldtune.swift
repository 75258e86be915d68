import ArgumentParser
import Foundation

/// The command line: parses, runs one command, and turns whatever it throws into one sentence and an exit code.
@main
struct Fieldtune: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fieldtune",
    abstract: "Fine-tunes int8 .tflite models on microcontrollers, bit-exactly the same everywhere.",
    version: "0.1.0",
    subcommands: [
      InspectCommand.self, BoardsCommand.self, CompileCommand.self, BuildCommand.self, ProfileCommand.self,
      TrainCommand.self, EvalCommand.self, RunsCommand.self, StatusCommand.self, WatchCommand.self, PauseCommand.self,
      ResumeCommand.self, StopCommand.self, LogCommand.self, CheckpointCommand.self, WeightsCommand.self,
      ExportCommand.self, DevicesCommand.self, DoctorCommand.self, PageCommand.self, SelfTestCommand.self,
      FlashCommandLine.self, PushCommand.self, LinkCommand.self, ReplayCommand.self, DemoCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  private static func end(with error: any Error) -> Never {
    // A command that has printed its result and its sentence.
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    if error is CleanExit || exitCode(for: error) == .success { exit(withError: error) }
    let own = Failure(error)
    let failure = own ?? Failure(.usage, code: "usage", message(for: error))
    if CommandLine.arguments.contains("--json") {
      Console.write(json: ErrorReport(failure))
    } else if own == nil {
      Console.note(fullMessage(for: error))
    } else {
      Console.note("fieldtune: \(failure.message)")
    }
    Foundation.exit(failure.status.rawValue)
  }

  private struct ErrorReport: Encodable {
    struct Content: Encodable {
      let code: String
      let message: String
    }
    let error: Content

    init(_ failure: Failure) { error = Content(code: failure.code, message: failure.message) }
  }
}
