import FirmwareBuild
import Foundation
import Testing
import WireProtocol

/// What the host build can do so that a host may be tried on it: crash, and have a line of the wrong speed.
@Suite(.serialized) struct HostBoardTests {
  @Test func crash_isReportedOnceAfterTheReboot() throws {
    let device = try TestBench.shared.device("host")
    let host = try TestHost(socketPath: device.socketPath)
    let before = try host.info()
    kill(device.processIdentifier, SIGUSR1)
    let after = try host.info()
    #expect(after.bootID != before.bootID && after.uid == before.uid)
    let crash = try host.nextMessage { if case .crashReport(let report) = $0 { report } else { nil } }
    #expect(crash.kind == .unexpectedInterrupt)
    try host.settle()
    #expect(device.exitStatus == nil)
    let next = try TestHost(socketPath: device.socketPath, after: host)
    _ = try next.info()
    try next.send(.digest(.init()))
    let isCrash = try next.nextMessage { message -> Bool? in
      switch message {
      case .crashReport: true
      case .digestReport: false
      default: nil
      }
    }
    #expect(!isCrash, "told again")
  }

  /// The host build on a pseudo terminal.
  private final class TerminalDevice {
    let path: String
    private let process = Process()

    init(_ options: [String] = []) throws {
      let output = Pipe()
      process.executableURL = URL(fileURLWithPath: try TestBench.shared.report("host").elf)
      process.arguments = ["--terminal"] + options
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      var name: [UInt8] = []
      while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 { name.append(byte) }
      path = String(decoding: name, as: UTF8.self)
    }

    /// Signals are blocked in what Foundation starts; this one cannot be.
    deinit { kill(process.processIdentifier, SIGKILL) }

    func open() throws -> Int32 {
      let terminal = Foundation.open(path, O_RDWR | O_NOCTTY)
      guard terminal >= 0 else { throw TestHost.Failure(description: "\(path): errno \(errno)") }
      return terminal
    }
  }

  private func set(_ terminal: Int32, to speed: Int32) {
    var settings = termios()
    tcgetattr(terminal, &settings)
    cfsetspeed(&settings, speed_t(speed))
    tcsetattr(terminal, TCSANOW, &settings)
  }

  private func report(_ host: TestHost) throws -> Wire.SpeedReport {
    try host.nextMessage { if case .speedReport(let report) = $0 { report } else { nil } }
  }

  @Test func terminal_carriesBytesAtOneSpeedOnly() throws {
    let device = try TerminalDevice()
    let terminal = try device.open()
    let host = TestHost(terminal: terminal)
    let info = try host.info()
    #expect(info.bitsPerSecond == 921_600)
    #expect(
      info.bauds.map(\.bitsPerSecond)
        == [2_000_000, 1_843_200, 1_500_000, 1_000_000, 921_600, 460_800, 230_400, 115_200])
    try host.send(.speedPropose(.init(bitsPerSecond: 2_000_000)))
    #expect(try report(host).state == .testing)
    try host.settle()
    set(terminal, to: B2000000)
    try host.send(.linkTest(.init(number: 1, answerBytes: 100, pattern: [1, 2, 3])))
    let test = try host.nextMessage { if case .linkTestReport(let report) = $0 { report } else { nil } }
    #expect(test.receivedBytes == 3 && test.pattern.count == 100)
    try host.send(.speedCommit(.init(bitsPerSecond: 2_000_000)))
    #expect(try report(host).state == .committed)
    try host.settle()
    // At another speed nothing arrives, until the device falls back to this one.
    set(terminal, to: B921600)
    try host.send(.linkCounters(.init()))
    let log = try host.nextMessage { message -> Wire.Log? in
      guard case .log(let log) = message, log.event == Wire.LogEvent.speedFellBack.rawValue else { return nil }
      return log
    }
    #expect([log.first, log.second] == [2_000_000, 921_600])
    #expect(log.milliseconds >= UInt32(Wire.speedSilenceMilliseconds))
  }
}
