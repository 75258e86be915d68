import ArgumentParser
import Coordinator
import Foundation
import Telemetry

struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the runs, or show one with its loss and accuracy.")

  @Argument(help: "The number of a run.")
  var run: Int64?

  @OptionGroup var backendOptions: BackendOptions
  @OptionGroup var options: GlobalOptions

  struct Row: Encodable {
    let run: Int64
    let state: String
    let model: String
    let device: String
    let board: String
    let data: String
    let created: String
    let message: String

    /// A run whose device never answered has nothing to resume or export.
    var shownState: String { state == RunRecord.State.stopped.rawValue && board.isEmpty ? "not begun" : state }
  }

  struct List: Encodable {
    let runs: [Row]
  }

  struct Detail: Encodable {
    let run: Row
    let steps: Int
    let plannedSteps: Int
    let loss: [Double]
    let accuracy: TrainResult.Accuracy
    let digest: String?
  }

  func run() async throws {
    let backend = try await backendOptions.backend()
    if let run {
      try await show(run, in: backend)
    } else {
      let list = List(runs: try await backend.runs().map(Row.init))
      options.print(list, text: Self.text(of: list))
    }
  }

  private static func text(of list: List) -> String {
    var table = TextTable(["run", "state", "model", "device", "board", "begun", "data", ""])
    for row in list.runs {
      table.add(["\(row.run)", row.shownState, row.model, row.device, row.board, row.created, row.data, row.message])
    }
    return table.text
  }

  private func show(_ id: Int64, in backend: RunBackend) async throws {
    let found = try await backend.detail(of: id)
    let detail = Detail(
      run: Row(found.record), steps: found.steps, plannedSteps: try found.record.decodedPlan().steps,
      loss: found.losses,
      accuracy: .init(
        before: found.evaluations.first { $0.moment == .before }?.accuracy,
        after: found.evaluations.first { $0.moment == .after }?.accuracy),
      digest: found.digest)
    options.print(detail, text: Self.text(of: detail))
  }

  private static func text(of detail: Detail) -> String {
    let last = detail.loss.suffix(50)
    var table = TextTable(["run \(detail.run.run)", detail.run.state])
    table.add(["model", detail.run.model])
    table.add(["device", "\(detail.run.device) (\(detail.run.board))"])
    table.add(["data", detail.run.data])
    table.add(["begun", detail.run.created])
    table.add(["steps", "\(detail.steps) of \(detail.plannedSteps)"])
    table.add([
      "loss",
      last.isEmpty
        ? "-" : Number.fixed(last.reduce(0, +) / Double(last.count), 4) + " (mean of the last \(last.count))",
    ])
    table.add([
      "accuracy", "\(Number.percent(detail.accuracy.before)) before, \(Number.percent(detail.accuracy.after)) after",
    ])
    table.add(["digest", detail.digest ?? "-"])
    if !detail.run.message.isEmpty { table.add(["", detail.run.message]) }
    return table.text
  }
}

extension RunsCommand.Row {
  init(_ run: RunRecord) {
    self.run = run.id ?? 0
    state = run.state.rawValue
    model = run.model
    device = run.device
    board = run.board
    data = run.dataSource
    created = Date(timeIntervalSince1970: Double(run.createdMilliseconds) / 1000).formatted(.iso8601)
    message = run.message
  }
}
