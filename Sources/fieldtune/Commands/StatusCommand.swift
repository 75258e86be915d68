import ArgumentParser
import Coordinator

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "The runs that are under way or rest: where they stand, and on what they wait.")

  @Argument(help: "The number of one run.")
  var run: Int64?

  @OptionGroup var backendOptions: BackendOptions
  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let runs: [RunStatus]
  }

  func run() async throws {
    let runs = try await backendOptions.backend().status()
    guard let run else { return options.print(Report(runs: runs), text: Self.text(of: runs)) }
    guard let status = runs.first(where: { $0.run == run }) else {
      throw Failure(
        .notFound, code: "no-such-run", "run \(run): is neither under way nor paused: 'fieldtune runs \(run)' shows it")
    }
    options.print(status, text: Self.text(of: [status]))
  }

  private static func text(of runs: [RunStatus]) -> String {
    guard !runs.isEmpty else { return "no run is under way" }
    var table = TextTable(["run", "state", "model", "device", "board", "position", "rate", "checkpoint", "lost", "live"])
    for run in runs {
      let live = run.live.map { "\($0.accepted) in, \($0.dropped) dropped, \($0.refused) refused" } ?? "-"
      table.add([
        "\(run.run)", run.state.rawValue, run.model, run.device, run.board, "\(run.position) of \(run.total)",
        run.samplesPerSecond > 0 ? "\(Number.fixed(run.samplesPerSecond, 1))/s" : "-", "\(run.checkpoint)",
        "\(run.devicesLost)", live,
      ])
    }
    return table.text
  }
}
