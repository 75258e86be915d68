import ArgumentParser
import Coordinator
import DeviceLink
import FaultSimulation
import FirmwareBuild
import Foundation
import Synchronization
import Telemetry
import Transport

struct BoardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "board",
    abstract: "Train a board's firmware in a process through a faulty line; the digest must be that of a clean line.")

  @Option(help: "host, mps2-an500, mps2-an386 or netduinoplus2.")
  var board = "host"
  @Option(help: "Training steps.")
  var steps = 2000
  @Option(help: "Mean bytes between two times that the port vanishes and comes back under another name; 0 for never.")
  var unplugBytes = 8000.0
  @Option(help: "Probability of each byte to be flipped, dropped, doubled or followed by another one.")
  var perByte = 0.0
  @Option(help: "Mean milliseconds between cuts and stalls of one direction; 0 for none.")
  var mishapMs = 0.0
  @Option(help: "Makes the same faults again.")
  var seed: UInt64 = 1

  func run() async throws {
    let bench = try Workbench()
    let clean = try await Passage(bench, board: "host", settings: .init(), steps: steps)
    let settings = FaultyLine.Settings(
      seed: seed, perByte: perByte, mishapMilliseconds: mishapMs > 0 ? mishapMs : nil,
      unplugBytes: unplugBytes > 0 ? unplugBytes : nil)
    let passage = try await Passage(bench, board: board, settings: settings, steps: steps)
    print("\(board): \(steps) steps in \(passage.elapsed), \(passage.line.counts.total) faults")
    for fault in Fault.allCases where passage.line.counts[fault] > 0 {
      print("  \(fault): \(passage.line.counts[fault])")
    }
    let latencies = passage.recoveries.map { $0 / .milliseconds(1) }.sorted()
    if let last = latencies.last {
      func percentile(_ share: Int) -> Int { Int(latencies[min(latencies.count - 1, latencies.count * share / 100)]) }
      print(
        "  next step after the port is back, \(latencies.count) times: p50 \(percentile(50)) ms, "
          + "p99 \(percentile(99)) ms, longest \(Int(last)) ms")
    }
    print("  \(passage.replayedFrames) frames recorded, and sent alike in a replay")
    print("  digest \(passage.result.digest), clean \(clean.result.digest)")
    guard passage.result.digest == clean.result.digest, passage.result.loss == clean.result.loss else {
      throw TortureFailure("the run ended in another state than on a clean line")
    }
  }
}

/// One run over one line.
struct Passage {
  let result: TrainResult
  let line: FaultyLine.Shared
  let elapsed: Duration
  /// From the moment when the port was back until the next step was in the store.
  let recoveries: [Duration]
  /// Frames of the recorded session that its replay sent alike: all of them.
  let replayedFrames: Int

  init(_ bench: Workbench, board: String, settings: FaultyLine.Settings, steps: Int) async throws {
    let device = try bench.start(board)
    defer { device.stop() }
    let line = try FaultyLine(settings, link: Scratch.place("port")) { [path = device.socketPath] in
      UnixSocket.connect(path)
    }
    defer { line.stop() }
    let arrivals = Mutex<[ContinuousClock.Instant]>([])
    let store = try RunStore(directory: Scratch.place("store-\(UUID().uuidString)"))
    let trace = try LinkTrace(path: Scratch.place("trace.pcap").path)
    let source = TransportSource(name: line.link.path, trace: trace) { [path = line.link.path, baud = settings.baud] in
      try await SerialPort.open(path: path, baud: baud)
    }
    let run = try await TrainingRun.begin(
      bench.plan(steps: steps), artifact: bench.artifact, data: bench.data, dataSource: "torture", store: store,
      source: source, options: RunOptions(patience: .seconds(60), futileConnections: 1000),
      watch: { event in if case .step = event { arrivals.withLock { $0.append(.now) } } })
    let start = ContinuousClock.now
    result = try await run.run()
    elapsed = start.duration(to: .now)
    self.line = line.state
    replayedFrames = try Self.replay(trace)
    recoveries = Self.recoveries(self.line.replugs, arrivals.withLock { $0 })
  }

  /// A fresh host end, told what this one was told, has to send the same bytes.
  private static func replay(_ trace: LinkTrace) throws -> Int {
    trace.flush()
    let capture = [UInt8](try Data(contentsOf: URL(filePath: trace.path)))
    let replay = try TraceReplay(try PacketCapture.packets(of: capture, name: trace.path), name: trace.path)
    if let difference = replay.difference {
      throw TortureFailure("the recorded session parts from its replay at packet \(difference.packet)")
    }
    return replay.equalFrames
  }

  /// A port that vanished again before the next step came has none.
  private static func recoveries(
    _ replugs: [ContinuousClock.Instant], _ arrivals: [ContinuousClock.Instant]
  ) -> [Duration] {
    replugs.indices.compactMap { index in
      guard let next = arrivals.first(where: { $0 > replugs[index] }) else { return nil }
      if index + 1 < replugs.count, next > replugs[index + 1] { return nil }
      return replugs[index].duration(to: next)
    }
  }
}
