import Foundation

/// The `fieldtune` binary, run as a user runs it, in a folder of its own.
struct Tool {
  let folder: URL
  /// Programs here come before those of the search path.
  var programs: String?
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let demo = root.appending(path: "Tools/Demo")
  static let conv = demo.appending(path: "digits-conv.tflite").path
  static let dense = demo.appending(path: "digits-dense.tflite").path
  static let train = demo.appending(path: "field").path + ":train"
  static let test = demo.appending(path: "field").path + ":test"

  struct Result {
    let status: Int32
    let output: Data
    let errors: String

    /// Standard output as the one JSON object that `--json` promises.
    func json() throws -> [String: Any] {
      try JSONSerialization.jsonObject(with: output) as? [String: Any] ?? [:]
    }
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "fieldtune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// A program that was built beside the tests.
  static func program(_ name: String) -> URL {
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  func process(_ arguments: [String], output: Pipe, errors: Any) -> Process {
    let process = Process()
    process.executableURL = Self.program("fieldtune")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["FIELDTUNE_STATE"] = path("state")
    environment["FIELDTUNE_HOME"] = Self.root.path
    environment["FIELDTUNE_SOCKET"] = path("no-daemon.sock")
    environment["XDG_RUNTIME_DIR"] = nil
    if let programs { environment["PATH"] = "\(programs):\(environment["PATH"] ?? "/usr/bin:/bin")" }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    return process
  }

  func run(_ arguments: String...) async throws -> Result { try await run(arguments) }

  func run(_ arguments: [String]) async throws -> Result {
    let log = folder.appending(path: "errors-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    let (output, errors) = (Pipe(), try FileHandle(forWritingTo: log))
    let process = process(arguments, output: output, errors: errors)
    return try await withCheckedThrowingContinuation { continuation in
      // A thread of its own, since reading blocks.
      Thread.detachNewThread {
        do {
          try process.run()
          let text = output.fileHandleForReading.readDataToEndOfFile()
          process.waitUntilExit()
          let sentence = try String(contentsOf: log, encoding: .utf8)
          continuation.resume(returning: Result(status: process.terminationStatus, output: text, errors: sentence))
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }
}
