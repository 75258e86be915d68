import Foundation

/// A program found on the search path.
struct Tool: Hashable, Sendable {
  let path: String

  init(path: String) { self.path = path }

  /// - Throws: a sentence with the command that installs it.
  init(
    _ name: String, packages: [String], searchPath: String = Tool.environmentPath
  ) throws(FirmwareBuildError) {
    guard let path = Self.find(name, searchPath: searchPath) else {
      throw .missingTool(name: name, packages: packages)
    }
    self.path = path
  }

  /// The first executable file of that name.
  static func find(_ name: String, searchPath: String) -> String? {
    searchPath.split(separator: ":").lazy
      .map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// `$PATH`.
  static var environmentPath: String {
    ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
  }

  struct Result: Sendable {
    /// Exit code, or 128 and the number of the signal that ended it.
    var status: Int32
    /// Standard output and standard error, as they came.
    var output: String
  }

  /// Runs to the end; the output goes through a file, so that no pipe can fill.
  func run(_ arguments: [String]) throws(FirmwareBuildError) -> Result {
    guard let file = tmpfile() else {
      throw .processFailed(
        program: path, reason: "no temporary file: \(ChildProcess.errorText(errno))")
    }
    defer { fclose(file) }
    let process = try ChildProcess.spawn([path] + arguments, output: fileno(file))
    let status = ChildProcess.wait(for: process)
    rewind(file)
    return Result(status: status, output: String(decoding: Self.bytes(of: file), as: UTF8.self))
  }

  private static func bytes(of file: UnsafeMutablePointer<FILE>) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }
}
