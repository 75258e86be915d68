import Foundation
import Testing

/// What reads the wire without our Swift and C: a decoder in Python, which knows the schema and SPEC.md alone,
/// and a dissector for Wireshark.
@Suite struct ReferenceToolTests {
  private static let root = VectorFiles.root.path

  @Test func pythonDecoder_readsEveryVectorAsItStates() throws {
    guard let run = try Self.run("python3", "Protocol/decoder.py", "--check", "Protocol/vectors") else { return }
    #expect(run.status == 0, "\(run.output.suffix(2000))")
    let vectors = try VectorFiles.digests().count
    #expect(run.output.contains("\(vectors) vectors, 0 failures"))
  }

  /// Some of its frames are damaged, since it was recorded over a noisy line.
  @Test func pythonDecoder_readsARecordedSession() throws {
    guard let run = try Self.run("python3", "Protocol/decoder.py", "Tests/Fixtures/link-session.pcap") else { return }
    #expect(run.status == 0, "\(run.output.suffix(2000))")
    #expect(run.output.hasSuffix(" 0 unreadable\n"), "\(run.output.suffix(200))")
    #expect(run.output.contains("runReport run "))
    #expect(run.output.contains("segmentData segment weights"))
  }

  /// What it shows was tried by hand with tshark (Protocol/SPEC.md names the file).
  @Test func wiresharkDissector_isValidLua() throws {
    guard let run = try Self.run("luac", "-p", "Protocol/fieldtune.lua") else { return }
    #expect(run.status == 0, "\(run.output.suffix(2000))")
  }

  /// Runs a program in the project's root; nil, with a message, where there is none of this name.
  private static func run(_ command: String...) throws -> (status: Int32, output: String)? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    guard folders.contains(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(command[0])") }) else {
      print("skipped: found no \(command[0])")
      return nil
    }
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = URL(filePath: root)
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
