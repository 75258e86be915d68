import Foundation
import Testing

/// What `make install` puts where, and how little the service may do.
@Suite struct PackagingTests {
  private let root = Repository().root

  @Test func installation_isRepeatable_andUninstallLeavesWhatWasThere() throws {
    try withFolder { folder in
      let destination = folder.appending(path: "destination")
      let kept = ["usr/local/bin/other", "usr/local/share/fieldtune/mine", "etc/fieldtune/fieldtuned.toml"]
      for name in kept { try write("mine", to: destination.appending(path: name)) }
      for program in ["fieldtune", "fieldtuned"] {
        try write("#!/bin/sh\n", to: folder.appending(path: "build/\(program)"), mode: 0o755)
      }
      let build = folder.appending(path: "build").path
      #expect(try install(["install", build], destination).status == 0)
      let once = try files(below: destination)
      #expect(try install(["install", build], destination).status == 0)
      #expect(try files(below: destination) == once)
      for name in [
        "bin/fieldtuned", "lib/udev/rules.d/60-fieldtune.rules", "lib/systemd/system/fieldtuned.service",
        "lib/sysusers.d/fieldtune.conf", "share/fieldtune/Firmware/runtime/step.h", "share/fieldtune/Packaging/fieldtuned.toml",
      ] { #expect(once.contains("usr/local/" + name)) }
      #expect(try install(["uninstall"], destination).status == 0)
      #expect(try files(below: destination) == kept.sorted())
      let again = try install(["uninstall"], destination)
      #expect(again.status == 66)
      #expect(again.output.contains("nothing of fieldtune is installed there"))
    }
  }

  @Test func installation_elsewhere_isToldTheUnit() throws {
    try withFolder { folder in
      let destination = folder.appending(path: "destination")
      for program in ["fieldtune", "fieldtuned"] {
        try write("#!/bin/sh\n", to: folder.appending(path: "build/\(program)"), mode: 0o755)
      }
      let result = try install(["install", folder.appending(path: "build").path], destination, prefix: "/opt/fieldtune")
      #expect(result.status == 0)
      let unit = destination.appending(path: "opt/fieldtune/lib/systemd/system/fieldtuned.service")
      #expect(try String(contentsOf: unit, encoding: .utf8).contains("\nExecStart=/opt/fieldtune/bin/fieldtuned\n"))
    }
  }

  /// `systemd-analyze security`: 10 is a service that may do everything.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
  func service_isExposedLittle() throws {
    let unit = root.appending(path: "Packaging/fieldtuned.service").path
    let result = try run(["/usr/bin/systemd-analyze", "security", "--offline=true", "--no-pager", unit], [:])
    let last = result.output.split(separator: "\n").last { $0.contains("Overall exposure level") } ?? ""
    let score = last.split(separator: ".service: ").last?.split(separator: " ").first.flatMap { Double($0) }
    let exposure = try #require(score, "\(result.output)")
    print("exposure of fieldtuned.service: \(exposure)")
    #expect(exposure <= 1.3)
  }

  private func install(
    _ arguments: [String], _ destination: URL, prefix: String = "/usr/local"
  ) throws -> (status: Int32, output: String) {
    try run(
      ["/bin/sh", root.appending(path: "Packaging/install.sh").path] + arguments,
      ["DESTDIR": destination.path, "PREFIX": prefix, "PATH": "/usr/bin:/bin"])
  }

  private func run(_ arguments: [String], _ environment: [String: String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: arguments[0])
    process.arguments = Array(arguments.dropFirst())
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  private func write(_ text: String, to file: URL, mode: Int = 0o644) throws {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
  }

  private func files(below folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder.appending(path: path).path, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fieldtune-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }
}
