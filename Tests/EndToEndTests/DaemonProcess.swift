import Coordinator
import Foundation

/// The `fieldtuned` binary, run with a folder of its own.
final class DaemonProcess: Sendable {
  struct Ended: Error {
    let status: Int32
    let errors: String
  }

  let client: ControlClient
  private let process: Process

  /// Starts the daemon with its files in `tool`'s folder, and returns once it answers.
  static func start(in tool: Tool, environment: [String: String] = [:]) async throws -> DaemonProcess {
    let socket = tool.path("d.sock")
    let configuration = tool.path("fieldtuned.toml")
    try Data("socket = \"\(socket)\"\nstate-directory = \"\(tool.path("state"))\"\n[http]\nport = 0\n".utf8)
      .write(to: URL(filePath: configuration))
    let daemon = DaemonProcess(Self.process(["--config", configuration]), ControlClient(socketPath: socket))
    daemon.process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    _ = FileManager.default.createFile(atPath: daemon.logPath, contents: nil)
    daemon.process.standardError = try FileHandle(forWritingTo: URL(filePath: daemon.logPath))
    try daemon.process.run()
    try await daemon.waitUntilItAnswers()
    return daemon
  }

  /// Runs the daemon to its end: for what it refuses, and for `--check`.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> (status: Int32, output: String, errors: String) {
    let process = Self.process(arguments)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return await offload {
      let text = output.fileHandleForReading.readDataToEndOfFile()
      let sentence = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return (
        process.terminationStatus, String(decoding: text, as: UTF8.self), String(decoding: sentence, as: UTF8.self)
      )
    }
  }

  private var logPath: String { client.socketPath + ".log" }

  /// What it has logged, once that is enough.
  func log(until isEnough: (String) -> Bool) async throws -> String {
    while process.isRunning {
      let text = try String(contentsOfFile: logPath, encoding: .utf8)
      if isEnough(text) { return text }
      try await Task.sleep(for: .milliseconds(20))
    }
    return try String(contentsOfFile: logPath, encoding: .utf8)
  }

  private init(_ process: Process, _ client: ControlClient) {
    self.process = process
    self.client = client
  }

  /// What lets a client of its page in.
  func token() async throws -> String {
    let page = URLComponents(string: try await client.ping().page ?? "")
    return page?.queryItems?.first { $0.name == "token" }?.value ?? ""
  }

  /// One request of a program that has the token; the whole answer, head included.
  func get(_ path: String) async throws -> String {
    try await DaemonSocket.get(
      path, port: try await port(), headers: ["Host: localhost", "Authorization: Bearer \(try await token())"])
  }

  /// The port of its page.
  func port() async throws -> UInt16 {
    let page = try await client.ping().page ?? ""
    return UInt16(URL(string: page)?.port ?? 0)
  }

  /// Ends it as a crash would.
  func kill() async {
    let process = process
    Foundation.kill(process.processIdentifier, SIGKILL)
    await Self.offload { process.waitUntilExit() }
  }

  /// Sends SIGTERM; answers with the status and the time it took.
  func terminate() async -> (status: Int32, elapsed: Duration) {
    let process = process
    let began = ContinuousClock.now
    process.terminate()
    return await Self.offload {
      process.waitUntilExit()
      return (process.terminationStatus, ContinuousClock.now - began)
    }
  }

  private func waitUntilItAnswers() async throws {
    while true {
      do {
        _ = try await client.ping()
        return
      } catch {
        guard process.isRunning else { throw Ended(status: process.terminationStatus, errors: "\(error)") }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  private static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = Tool.program("fieldtuned")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Blocking calls keep off the threads of Swift concurrency.
  static func offload<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: work()) }
    }
  }
}
