import Foundation
import Testing

/// The benches of `torture`, short: real processes, real pseudo terminals, real signals. Each command fails by itself when
/// a run ends in another state than on a clean line.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TortureTests {
  @Test(arguments: [
    ["board", "--steps", "300", "--unplug-bytes", "9000"],
    ["board", "--steps", "200", "--unplug-bytes", "0", "--per-byte", "0.002", "--mishap-ms", "300"],
    ["board", "--board", "mps2-an500", "--steps", "60", "--unplug-bytes", "9000", "--per-byte", "0.0005"],
    ["board", "--board", "netduinoplus2", "--steps", "60", "--unplug-bytes", "9000", "--per-byte", "0.0005"],
    ["emulator", "--board", "stm32f746g-disco", "--resets", "20"],
    ["emulator", "--board", "nucleo-f429zi", "--errors", "200"],
    ["kill", "--kills", "4"],
  ])
  func run_throughRealFaults_endsAsIfNothingHad(_ arguments: [String]) async throws {
    let (status, output) = try await Self.torture(arguments)
    print(output)
    #expect(status == 0, "torture \(arguments.joined(separator: " ")): \(output)")
  }

  private static func torture(_ arguments: [String]) async throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("torture")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        continuation.resume(returning: (process.terminationStatus, String(decoding: output, as: UTF8.self)))
      }
    }
  }
}
