import Foundation
import Testing

/// What the daemon makes of its files, told by `--check`.
@Suite struct DaemonConfigurationTests {
  @Test(arguments: [
    ("prot = 1", 1, "found key 'prot', expected 'http.port': correct the key"),
    ("[http]\n\n  prot = 1", 3, "found key 'http.prot', expected 'http.port': correct the key"),
    ("# a comment = 1\nsokcet = '/a'", 2, "found key 'sokcet', expected 'socket': correct the key"),
    ("state_directory = '/a'", 1, "found key 'state_directory', expected 'state-directory': correct the key"),
    (
      "[mqtt]\nbroker = 'x'", 2,
      "found key 'mqtt.broker', expected one of socket, state-directory, log-level, http.address, http.port, "
        + "ports.listed, ports.baud"
    ),
    ("http.port = 'x'", 1, "http.port: found \"x\", expected an integer from 0 (any free port) to 65535"),
    ("http.port = 65536", 1, "http.port: found 65536, expected an integer from 0 (any free port) to 65535"),
    ("http.port = 1.5", 1, "http.port: found a value of type floating-point number, expected an integer from 0"),
    ("http.address = '0.0.0.0'", 1, "http.address: found \"0.0.0.0\", expected \"127.0.0.1\" or \"::1\": the page is for"),
    ("socket = 'here'", 1, "socket: found \"here\", expected an absolute path of at most 107 bytes"),
    ("log-level = 'loud'", 1, "log-level: found \"loud\", expected one of trace, debug, info, notice, warning, error"),
    ("ports.listed = ['0403']", 1, "ports.listed: found [\"0403\"], expected a list of strings such as \"0403:6001\""),
    ("ports.baud = 300", 1, "ports.baud: found 300, expected \"auto\" or an integer from 1200 to 12000000"),
    ("http = { prot = 1 }", 1, "found key 'http.prot', expected 'http.port': correct the key"),
    ("socket = ", 1, "no TOML: "), ("\n[http]\nport = 1\nport = 2", 4, "no TOML: "), ("log-level = true", 1, "log-level: found"),
    ("[ports]\nbaud = [\n  1,\n  2,\n]", 2, "ports.baud: found a value of type array, expected \"auto\""),
  ])
  func mistake_isOneSentenceWithFileLineAndKey(text: String, line: Int, expected: String) async throws {
    try await withFile(text) { file in
      let result = try await DaemonProcess.run(["--config", file.path, "--check"])
      #expect(result.status == 78)
      #expect(result.errors.hasPrefix("fieldtuned: \(file.path): line \(line): \(expected)"), "\(result.errors)")
      #expect(result.output.isEmpty)
    }
  }

  @Test func absentFile_isOneSentence() async throws {
    let result = try await DaemonProcess.run(["--config", "/nowhere/fieldtuned.toml", "--check"])
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("fieldtuned: /nowhere/fieldtuned.toml: cannot be read: "))
  }

  @Test func usersFile_countsOverTheDefaults() async throws {
    try await withFile("ports.listed = ['0403:6001:A5', '/dev/ttyS1']\nhttp.port = 81\nsocket = '/s'") { file in
      let folder = file.deletingLastPathComponent().appending(path: "fieldtune")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try FileManager.default.moveItem(at: file, to: folder.appending(path: "fieldtuned.toml"))
      let result = try await DaemonProcess.run(
        ["--check"],
        environment: ["XDG_CONFIG_HOME": file.deletingLastPathComponent().path, "STATE_DIRECTORY": "/state"])
      #expect(
        result.output == """
          socket = "/s"
          state-directory = "/state"
          log-level = "info"

          [http]
          address = "127.0.0.1"
          port = 81

          [ports]
          listed = ["0403:6001:A5", "/dev/ttyS1"]
          baud = "auto"

          """)
    }
  }

  @Test func shippedExample_isValid() async throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let example = root.appending(path: "Packaging/fieldtuned.toml").path
    let result = try await DaemonProcess.run(["--config", example, "--check"])
    #expect(result.status == 0)
    #expect(result.output.contains("port = 8484"))
  }

  private func withFile(_ text: String, _ body: (URL) async throws -> Void) async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let file = tool.folder.appending(path: "test.toml")
    try Data(text.utf8).write(to: file)
    try await body(file)
  }
}
