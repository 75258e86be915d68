import ArgumentParser
import DeviceLink
import FaultSimulation
import Foundation
import Transport
import WireProtocol

struct GoodputCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "goodput",
    abstract: "Measure samples of 3,072 B in order over real ptys, in % of the line, as a table beside the peers'.")

  @Option(help: "Seconds for each row.")
  var seconds = 8

  func run() async throws {
    print("| condition | goodput, % of the line | Klipper | MIN 2.0 |\n|---|---|---|---|")
    for row in Self.rows {
      let percent = try await Self.measure(row.settings, seconds: seconds)
      print("| \(row.name) | \((percent * 10).rounded() / 10) | \(row.klipper) | \(row.min) |")
    }
  }

  private static let rows: [(name: String, settings: FaultyLine.Settings, klipper: String, min: String)] = [
    ("clean", .init(), "54.7", "95.5"),
    ("clean, 2 Mbaud", .init(baud: 2_000_000), "22.6", "95.5"),
    ("clean, 10 ms each way", .init(latencyMilliseconds: 10), "", ""),
    ("1e-4 flips", .init(perByte: 1e-4, kinds: [.flippedByte]), "54.7", "23.9"),
    ("1e-3 flips", .init(perByte: 1e-3, kinds: [.flippedByte]), "39.7", "6.6"),
    ("3e-3 flips", .init(perByte: 3e-3, kinds: [.flippedByte]), "2.6", "–"),
    ("1e-2 faults", .init(perByte: 1e-2), "never connects", "0.9"),
    ("3e-2 faults", .init(perByte: 3e-2), "", ""),
  ]

  /// Payload that was applied and answered in `seconds` after the run began, in % of what the line carries meanwhile.
  private static func measure(_ settings: FaultyLine.Settings, seconds: Int) async throws -> Double {
    let sampleBytes = 3072
    let board = try ToyBoard(inputBytes: sampleBytes)
    let line = try FaultyLine(settings, link: Scratch.place("port")) { [end = board.lineEnd] in end }
    defer {
      line.stop()
      board.stop()
    }
    let port = try await SerialPort.open(path: line.link.path, baud: settings.baud)
    let link = DeviceLink(transport: port)
    _ = try await link.connect(within: .seconds(60))
    let run = try await link.beginRun(1, seed: 1, resetsWeights: true)
    let clock = ContinuousClock()
    let sender = Task {
      let input = (0..<sampleBytes).map { Int8(truncatingIfNeeded: $0 &* 37 >> 3) }
      for index in 0 ..< UInt32.max {
        try await link.submit(
          DeviceSample(index: index, mode: .evaluate, label: 0, input: input, target: [0, 0, 0]))
      }
    }
    var answers = run.answers.makeAsyncIterator()
    for _ in 0..<4 { _ = try await answers.next() }
    let start = clock.now
    var (count, last) = (0, start)
    while start.duration(to: clock.now) < .seconds(seconds), try await answers.next() != nil {
      count += 1
      last = clock.now
    }
    sender.cancel()
    await link.close()
    let elapsed = start.duration(to: last) / .seconds(1)
    return elapsed > 0 ? 100 * Double(count * sampleBytes) / elapsed / Double(settings.baud / 10) : 0
  }
}

/// A folder of this process, gone with it.
enum Scratch {
  static let folder: URL = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("torture-\(getpid())")
    mkdir(folder.path, 0o700)
    atexit { try? FileManager.default.removeItem(at: Scratch.folder) }
    return folder
  }()

  static func place(_ name: String) -> URL { folder.appendingPathComponent(name) }
}
