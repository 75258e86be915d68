import BoardEmulator
import Foundation

/// Lines of what happens, each with its moment of virtual time.
final class EventLog {
  private let file: FileHandle?

  /// - Parameter path: nil for none, `-` for standard output.
  init(_ path: String?) throws {
    guard let path else {
      file = nil
      return
    }
    if path == "-" {
      file = .standardOutput
      return
    }
    guard FileManager.default.createFile(atPath: path, contents: nil), let opened = FileHandle(forWritingAtPath: path) else {
      throw Finding(.broken, "\(path): cannot be written: expected a place for the log")
    }
    file = opened
  }

  func write(_ time: VirtualTime, _ text: String) {
    write(line: String(format: "%12.3f ms  ", Double(time) / 1e9) + text)
  }

  func write(line: String) { file?.write(Data((line + "\n").utf8)) }
}
