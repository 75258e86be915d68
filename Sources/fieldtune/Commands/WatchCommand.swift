import ArgumentParser
import Coordinator
import Foundation
import Synchronization
import Telemetry

struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Follow a run of the daemon: curves, step times, memory, link, what happens.",
    discussion: """
      On a terminal the picture is redrawn in place; q or Ctrl-C leaves it, and the run goes on. Elsewhere there is a \
      line for each thing that happens and for each hundredth of the run; with --json one object a line for each event.
      """)

  @Argument(help: "The number of a run; the newest that is under way by default.")
  var run: Int64?

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    guard let client = try await ControlClient.find() else {
      throw Failure(.unavailable, code: "daemon", "daemon: none answers: only its runs can be watched; see 'fieldtune doctor'")
    }
    let id = try await chosenRun(client)
    let (record, evaluations, steps) = try await client.run(id)
    let (quits, quit) = AsyncStream.makeStream(of: Void.self)
    let interrupt = Interrupt()
    interrupt.onRequest { quit.yield() }
    defer { interrupt.onRequest(nil) }
    let watch = Watch(
      client: client, id: id, model: try WatchModel(run: record, steps: steps, evaluations: evaluations),
      json: options.json, quits: quits, quit: { quit.yield() })
    try await watch.follow()
  }

  private func chosenRun(_ client: ControlClient) async throws -> Int64 {
    if let run { return run }
    guard let id = try await client.runs().first(where: { $0.state == .running })?.id else {
      throw Failure(.notFound, code: "no-such-run", "no run is under way: 'fieldtune runs' lists those there are")
    }
    return id
  }
}

/// One run that is followed, and the place where it is shown.
private final class Watch: Sendable {
  private struct State {
    var model: WatchModel
    var drawn = -1.0
    var hundredth = 0
  }

  private static let drawInterval = 0.1

  private let client: ControlClient
  private let id: Int64
  private let json: Bool
  private let state: Mutex<State>
  private let screen: WatchScreen?
  /// The user wants to leave.
  private let quits: AsyncStream<Void>

  init(
    client: ControlClient, id: Int64, model: WatchModel, json: Bool, quits: AsyncStream<Void>,
    quit: @escaping @Sendable () -> Void
  ) {
    self.client = client
    self.id = id
    self.json = json
    state = Mutex(State(model: model))
    self.quits = quits
    screen = !json && WatchScreen.isPossible ? WatchScreen(quit: quit) : nil
  }

  /// To the end of the run, or until the user leaves.
  func follow() async throws {
    defer { screen?.close() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [self] in
        let result = try await client.watch(id) { take($0) }
        if json { Self.line(["result": result]) }
      }
      group.addTask { [quits] in for await _ in quits { return } }
      if screen != nil {
        group.addTask { [self] in
          while true {
            try await look()
            try await Task.sleep(for: .seconds(1))
          }
        }
      }
      try await group.next()
      group.cancelAll()
      screen?.close()
    }
  }

  private func take(_ event: RunEvent) {
    if json { return Self.line(event) }
    let clock = Date().formatted(.iso8601.time(includingFractionalSeconds: false))
    let lines = state.withLock { state -> [String] in
      let line = state.model.take(event, at: Self.seconds, clock: clock)
      if screen != nil { return [] }
      return (line.map { ["\(clock)  \($0)"] } ?? []) + Self.progress(&state)
    }
    for line in lines { Console.write(line) }
    draw(force: false)
  }

  private static func progress(_ state: inout State) -> [String] {
    let model = state.model
    let hundredth = model.done * 100 / max(1, model.total)
    guard hundredth != state.hundredth else { return [] }
    state.hundredth = hundredth
    return [
      "\(model.done)/\(model.total)  loss \(model.meanLoss.map { Number.fixed($0, 3) } ?? "-")"
        + (model.accuracy.map { "  accuracy \(Number.percent($0))" } ?? "")
    ]
  }

  /// What is no event: link, devices, other runs.
  private func look() async throws {
    let (link, devices, runs) = (try await client.link(id), try await client.devices(), try await client.runs())
    state.withLock { state in
      state.model.link = link
      state.model.devices = devices
      state.model.runs = runs
    }
    draw(force: true)
  }

  private func draw(force: Bool) {
    guard let screen else { return }
    let size = screen.size
    let lines = state.withLock { state -> [String]? in
      guard force || Self.seconds - state.drawn >= Self.drawInterval else { return nil }
      state.drawn = Self.seconds
      return WatchView(state.model, width: size.width).lines(height: size.height)
    }
    if let lines { screen.draw(lines) }
  }

  private static var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

  private static func line(_ value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      Console.write(String(decoding: try encoder.encode(value), as: UTF8.self))
    } catch {
      preconditionFailure("an event that cannot be encoded: \(error)")
    }
  }
}
