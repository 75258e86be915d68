import ArgumentParser
import FaultSimulation
import Foundation

struct LineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "line", abstract: "Put a bad serial line between a device's socket and a port.")

  @Option(help: "The device's Unix socket: of QEMU, or of the firmware's host build.")
  var device: String
  @Option(help: "Where the port is to be found: a symbolic link to a pseudo terminal.")
  var port: String
  @Option(help: "Makes the same faults again.")
  var seed: UInt64 = 1
  @Option(help: "Bits per second that the line carries.")
  var baud = 921_600
  @Option(help: "Milliseconds each way.")
  var latencyMs = 1
  @Option(help: "Probability of each byte to be flipped, dropped, doubled or followed by another one.")
  var perByte = 0.0
  @Option(help: "Mean milliseconds between cuts and stalls of one direction.")
  var mishapMs: Double?
  @Option(help: "Mean bytes between two times that the port vanishes.")
  var unplugBytes: Double?

  func run() async throws {
    let settings = FaultyLine.Settings(
      seed: seed, baud: baud, latencyMilliseconds: latencyMs, perByte: perByte, mishapMilliseconds: mishapMs,
      unplugBytes: unplugBytes)
    let line = try FaultyLine(settings, link: URL(filePath: port)) { [device] in UnixSocket.connect(device) }
    print("port \(port) over \(device): Ctrl-C unplugs it for good")
    let interrupt = DispatchSource.makeSignalSource(signal: SIGINT)
    signal(SIGINT, SIG_IGN)
    await withCheckedContinuation { continuation in
      interrupt.setEventHandler {
        interrupt.cancel()
        continuation.resume()
      }
      interrupt.resume()
    }
    line.stop()
    let state = line.state
    print("\(state.carried.toDevice) bytes to the device, \(state.carried.toHost) to the host, \(state.counts.total) faults")
  }
}
