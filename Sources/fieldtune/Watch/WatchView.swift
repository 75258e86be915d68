import Coordinator
import Telemetry

/// The picture of a run as lines of text, cut to the terminal's size.
package struct WatchView {
  private let model: WatchModel
  private let width: Int
  private static let label = 10

  package init(_ model: WatchModel, width: Int) {
    self.model = model
    self.width = max(40, width)
  }

  package func lines(height: Int) -> [String] {
    let all = head + curves + [""] + phases + memory + link + happened + devices + runs
    return all.prefix(max(1, height)).map { String($0.prefix(width)) }
  }

  private var head: [String] {
    let run = model.run
    let place = run.board.isEmpty || run.board == run.device ? run.device : "\(run.device) (\(run.board))"
    let share = Double(model.done) / Double(max(1, model.total))
    var figures = "\(model.done)/\(model.total)"
    if let rate = model.rate, rate > 0 {
      figures += "  \(Number.fixed(rate, 1))/s"
      if run.state == .running, !model.isWaiting {
        figures += "  \(Number.duration(seconds: Double(max(0, model.total - model.done)) / rate)) left"
      }
    }
    return [
      "run \(run.id ?? 0)  \(run.model)  on \(place)  \(model.state)",
      "▕\(Sparkline.bar(share, width: max(10, width - figures.count - 4)))▏ \(figures)", "",
    ]
  }

  /// Accuracy only where the loss takes classes.
  private var curves: [String] {
    let room = width - Self.label - 12
    var lines = [row("loss", model.meanLoss.map { Number.fixed($0, 3) } ?? "-", Sparkline.text(model.losses, width: room))]
    if !model.hits.isEmpty {
      let curve = Sparkline.text(model.hits.map { $0 ? 1 : 0 }, width: room, range: 0...1)
      lines.append(row("accuracy", Number.percent(model.accuracy), curve))
    }
    for evaluation in model.evaluations {
      let accuracy = evaluation.accuracy.map { ", accuracy \(Number.percent($0))" } ?? ""
      lines.append(row(evaluation.moment.rawValue, Number.fixed(evaluation.loss, 3), "of \(evaluation.sampleCount) samples\(accuracy)"))
    }
    return lines
  }

  private func row(_ name: String, _ figure: String, _ rest: String) -> String {
    name.padding(to: Self.label) + figure.padding(to: 10) + "  " + rest
  }

  /// Where a step's time goes.
  private var phases: [String] {
    guard !model.phases.isEmpty else { return [] }
    let sums = (0..<4).map { phase in model.phases.reduce(0) { $0 + $1[phase] } }
    let total = max(1, sums.reduce(0, +))
    let parts = zip(["wait", "forward", "backward", "update"], sums).map { name, sum in
      "\(name) \(Number.percent(Double(sum) / Double(total)))"
    }
    return [row("step", time(total / model.phases.count), parts.joined(separator: "   "))]
  }

  private func time(_ ticks: Int) -> String {
    guard let link = model.link, link.ticksPerSecond > 0 else { return Number.grouped(ticks) }
    return Number.fixed(Double(ticks) * 1000 / Double(link.ticksPerSecond), 2) + " ms"
  }

  /// Planned and measured bytes of each memory.
  private var memory: [String] {
    (model.link?.memory ?? []).filter { $0.bytes > 0 }.enumerated().map { index, region in
      let used = max(region.planned, region.highWater)
      let bar = Sparkline.bar(Double(used) / Double(region.bytes), width: 20)
      let measured = region.highWater > 0 ? ", \(Number.bytes(region.highWater)) measured" : ""
      return row(
        index == 0 ? "memory" : "", region.name,
        "\(bar) \(Number.bytes(region.planned)) of \(Number.bytes(region.bytes)) planned\(measured)")
    }
  }

  private var link: [String] {
    guard let link = model.link else { return [] }
    let resent = Number.percent(Double(link.framesResent) / Double(max(1, link.framesSent)))
    let trip = link.roundTripMicroseconds.map { "   round trip \(Number.fixed(Double($0) / 1000, 1)) ms" } ?? ""
    let baud = link.baud > 0 ? Number.grouped(link.baud) + " Bd" : "-"
    return [
      row(
        "link", baud,
        "\(Number.grouped(link.framesSent)) sent   \(resent) again   \(link.framesDamaged) damaged\(trip)"
          + "   device lost \(model.devicesLost)×")
    ]
  }

  private var happened: [String] {
    model.happened.isEmpty ? [] : [""] + model.happened.map { "\($0.time)  \($0.text)" }
  }

  private var devices: [String] {
    let rows = model.devices.filter { $0.state != .busy }
    return rows.isEmpty
      ? [] : [""] + rows.map { "\($0.path ?? $0.id)  \($0.state.rawValue)\($0.detail.isEmpty ? "" : ": \($0.detail)")" }
  }

  private var runs: [String] {
    let rows = model.runs.prefix(8)
    guard rows.count > 1 else { return [] }
    var table = TextTable(["run", "state", "model", "device"])
    for run in rows { table.add(["\(run.id ?? 0)", run.state.rawValue, run.model, run.device]) }
    return [""] + table.text.split(separator: "\n").map(String.init)
  }
}

extension String {
  /// Filled with spaces; longer text stays whole.
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
