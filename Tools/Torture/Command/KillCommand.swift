import ArgumentParser
import Coordinator
import FaultSimulation
import Foundation
import Telemetry

struct KillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill",
    abstract: "Kill the daemon with signal 9 at random moments of a run; no step may be lost or doubled.")

  @Option(help: "How often.")
  var kills = 100
  @Option(help: "Draws the moments.")
  var seed: UInt64 = 1

  func run() async throws {
    let bench = try Workbench()
    let steps = 300 + 160 * kills
    let clean = try await Passage(bench, board: "host", settings: .init(baud: 2_000_000), steps: steps)
    let device = try bench.start("host")
    defer { device.stop() }
    let line = try FaultyLine(.init(baud: 2_000_000), link: Scratch.place("port")) { [path = device.socketPath] in
      UnixSocket.connect(path)
    }
    defer { line.stop() }
    let port = try FileManager.default.destinationOfSymbolicLink(atPath: line.link.path)
    var victim = Victim(
      bench, TrainRequest(
        device: .port(name: port), deviceName: port, baud: 2_000_000, plan: bench.plan(steps: steps), dataSource: "torture"))
    defer { victim.end() }
    try await victim.begin()
    var random = SplitMix(seed: seed)
    var latencies: [Duration] = []
    while latencies.count < kills {
      try await Task.sleep(for: .milliseconds(Int(random.next() % 300)))
      latencies.append(try await victim.killAndReturnToWork())
    }
    let result = try await victim.finish()
    let sorted = latencies.sorted()
    func milliseconds(_ share: Int) -> Int {
      sorted.isEmpty ? 0 : Int(sorted[min(sorted.count - 1, sorted.count * share / 100)] / .milliseconds(1))
    }
    print("\(kills) kills in \(steps) steps: next step p50 \(milliseconds(50)) ms, p99 \(milliseconds(99)) ms")
    print("  digest \(result.digest), never killed \(clean.result.digest)")
    guard result.digest == clean.result.digest, result.loss == clean.result.loss else {
      throw TortureFailure("the run ended in another state, or with other steps, than one that was never killed")
    }
  }
}

/// The daemon, and the one run that it has to carry through all its lives.
private struct Victim {
  private let bench: Workbench
  private let request: TrainRequest
  private let client: ControlClient
  private let configuration: URL
  private var daemon: Process
  private var follower: Task<TrainResult, any Error>?

  init(_ bench: Workbench, _ request: TrainRequest) {
    self.bench = bench
    self.request = request
    client = ControlClient(socketPath: Scratch.place("daemon.sock").path)
    configuration = Scratch.place("fieldtuned.toml")
    daemon = Process()
  }

  /// Returns when the run has done its first step.
  mutating func begin() async throws {
    let text = """
      socket = "\(client.socketPath)"
      state-directory = "\(Scratch.place("state").path)"
      [http]
      port = 0

      """
    try Data(text.utf8).write(to: configuration)
    try await start()
    let (first, sink) = AsyncStream.makeStream(of: Void.self)
    follower = Task { [client, request, bench] in
      defer { sink.finish() }
      return try await client.train(
        request, artifact: bench.artifact, data: bench.data,
        watch: { event in if case .step = event { sink.yield() } })
    }
    for await _ in first { return }
    _ = try await follower?.value
  }

  /// Kills the daemon and starts another one; answers with the time from there to the run's next step.
  mutating func killAndReturnToWork() async throws -> Duration {
    kill(daemon.processIdentifier, SIGKILL)
    daemon.waitUntilExit()
    _ = await follower?.result
    let began = ContinuousClock.now
    try await start()
    let (first, sink) = AsyncStream.makeStream(of: Void.self)
    follower = Task { [client] in
      defer { sink.finish() }
      return try await client.watch(1, watch: { event in if case .step = event { sink.yield() } })
    }
    for await _ in first { return began.duration(to: .now) }
    _ = try await follower?.value
    throw TortureFailure("the run was over before it was killed often enough")
  }

  /// Waits for the run's end.
  mutating func finish() async throws -> TrainResult {
    guard let follower else { throw TortureFailure("nothing was begun") }
    return try await follower.value
  }

  func end() {
    guard daemon.isRunning else { return }
    daemon.terminate()
    daemon.waitUntilExit()
  }

  private mutating func start() async throws {
    daemon = Process()
    daemon.executableURL = Workbench.program("fieldtuned")
    daemon.arguments = ["--config", configuration.path]
    daemon.standardError = FileHandle.nullDevice
    daemon.standardOutput = FileHandle.nullDevice
    daemon.standardInput = FileHandle.nullDevice
    try daemon.run()
    while true {
      do {
        _ = try await client.ping()
        return
      } catch {
        guard daemon.isRunning else { throw TortureFailure("the daemon does not start again: \(error)") }
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }
}
