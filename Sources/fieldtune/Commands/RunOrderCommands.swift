import ArgumentParser
import Coordinator
import Foundation
import Telemetry

/// What the commands that order a run about have in common.
struct RunOrder: ParsableArguments {
  @Argument(help: "The number of a run.")
  var run: Int64

  @OptionGroup var backendOptions: BackendOptions
  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let run: Int64
    let done: String
  }

  func report(_ done: String) { options.print(Report(run: run, done: done), text: "run \(run): \(done)") }

  /// - Throws: `Failure` where no daemon runs: a run of another process hears its signals alone.
  func daemon(orElse advice: String) async throws -> ControlClient {
    switch try await backendOptions.backend() {
    case .daemon(let client): return client
    case .local(let store):
      let record = try await store.run(run)
      throw Failure(
        .unavailable, code: "daemon",
        "run \(run): is \(record.state.rawValue) in this user's store, and no daemon runs: \(advice)")
    }
  }
}

struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Let a run of the daemon rest with a checkpoint; its device keeps its state.")

  @OptionGroup var order: RunOrder

  func run() async throws {
    let advice = "Ctrl-C in the terminal that trains stops it with a checkpoint, and --resume \(order.run) goes on"
    try await order.daemon(orElse: advice).pause(order.run)
    order.report("pausing after the samples on their way")
  }
}

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a run of the daemon that was paused, or that an error stopped.")

  @OptionGroup var order: RunOrder

  func run() async throws {
    let advice = "'fieldtune train' with the same model and data and --resume \(order.run) goes on"
    try await order.daemon(orElse: advice).resume(order.run)
    order.report("going on")
  }
}

struct StopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "End a run of the daemon with a checkpoint.")

  @OptionGroup var order: RunOrder

  func run() async throws {
    let advice = "Ctrl-C in the terminal that trains stops it with a checkpoint"
    try await order.daemon(orElse: advice).stop(order.run)
    order.report("stopping after the samples on their way")
  }
}
