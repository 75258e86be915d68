import Foundation
import Testing

/// `fieldtune selftest` on what needs no board, and on the boards that are emulated.
@Suite(.serialized) struct SelfTestTests {
  private func outcomes(_ json: [String: Any]) -> [String: String] {
    let checks = json["checks"] as? [[String: String]] ?? []
    return Dictionary(checks.map { ($0["name"] ?? "", $0["outcome"] ?? "") }) { first, _ in first }
  }

  @Test(arguments: ["loopback", "host", "qemu"]) func device_thatIsAsItShouldBe_passes(_ device: String) async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let result = try await tool.run("selftest", Tool.dense, "--device", device, "--report", "report.md", "--json", "-q")
    #expect(result.status == 0, "\(result.errors)")
    let json = try result.json()
    let outcomes = outcomes(json)
    for name in ["firmware", "golden step", "timing", "link pattern", "line errors", "crash record"] {
      #expect(outcomes[name] == "passed", "\(name)")
    }
    #expect(outcomes["clock rate"] == (device == "qemu" ? "skipped" : "passed"))
    #expect(outcomes["line speeds"] == "skipped")
    #expect(!outcomes.values.contains("failed"))
    #expect((json["digest"] as? String)?.count == 16)
    #expect(json["forward"] as? Int ?? 0 > 0)
    let report = try String(contentsOfFile: tool.path("report.md"), encoding: .utf8)
    #expect(report.hasPrefix("# fieldtune selftest: "))
    #expect(report.contains("| golden step | passed | digest \(json["digest"] as? String ?? ""), "))
    #expect(!report.contains(tool.folder.path) && !report.contains(NSHomeDirectory() + "/"))
  }

  @Test(arguments: ["stm32f746g-disco", "nucleo-f429zi"]) func emulatedBoard_passes_andEveryLineSpeedIsTried(_ board: String) async throws {
    guard FileManager.default.isExecutableFile(atPath: Tool.program("fieldtune-emulator").path) else {
      print("SelfTestTests: found no fieldtune-emulator beside the tests (needs libunicorn-dev): emulated boards are not tried")
      return
    }
    let tool = try Tool()
    defer { tool.remove() }
    let result = try await tool.run("selftest", Tool.dense, "--device", "emulator:\(board)", "--json", "-q")
    #expect(result.status == 0, "\(result.errors)")
    let json = try result.json()
    #expect(json["board"] as? String == board)
    let trials = json["trials"] as? [[String: Any]] ?? []
    #expect(trials.count >= 7)
    // On a busy computer emulated time falls behind, and the host does not wait for it: not every rate is proven then.
    #expect(trials.contains { $0["outcome"] as? String == "good" })
    #expect(trials.allSatisfy { ["good", "lossy", "silent"].contains($0["outcome"] as? String ?? "") })
    #expect(outcomes(json)["clock source"] == "passed")
    #expect(outcomes(json)["stack"] == "passed")
  }

  @Test func faultOnTheLine_isFound() async throws {
    guard FileManager.default.isExecutableFile(atPath: Tool.program("fieldtune-emulator").path) else { return }
    let tool = try Tool()
    defer { tool.remove() }
    let result = try await tool.run(
      "selftest", Tool.dense, "--device", "emulator:nucleo-f429zi", "--fault", "framing:every=50000,count=1000", "-q")
    #expect(result.status == 75)
    #expect(result.errors.contains("line errors: framingErrors "), "\(result.errors)")
  }

  /// The host build's terminal is a line with rates: above one it loses a frame in a hundred.
  @Test func everyRateOfALine_isTried_andTheBadOnesNamed() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    #expect(try await tool.run("compile", Tool.dense, "--board", "host", "-q", "-o", "artifact").status == 0)
    #expect(try await tool.run("build", "artifact", "--board", "host", "-q").status == 0)
    let (device, output) = (Process(), Pipe())
    device.executableURL = URL(filePath: tool.path("artifact/build/host/firmware.elf"))
    device.arguments = ["--terminal", "--lossy-above", "1000000"]
    (device.standardOutput, device.standardError) = (output, FileHandle.nullDevice)
    try device.run()
    defer { kill(device.processIdentifier, SIGKILL) }
    let name = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let port = name.trimmingCharacters(in: .whitespacesAndNewlines)
    let result = try await tool.run("selftest", "artifact", "--device", port, "--report", "report.md", "--json", "-q")
    let trials = try result.json()["trials"] as? [[String: Any]] ?? []
    #expect(trials.count > 4)
    for trial in trials {
      let isGood = trial["outcome"] as? String == "good"
      #expect(isGood == (trial["baud"] as? Int ?? 0 <= 1_000_000), "\(trial)")
    }
    #expect(result.status == 75)
    let error = try result.json()["error"] as? [String: String]
    #expect(error?["code"] == "self-test")
    #expect(!(try String(contentsOfFile: tool.path("report.md"), encoding: .utf8)).contains(port))
  }

  @Test func otherArtifact_isToldApart() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    for (model, folder) in [(Tool.dense, "a"), (Tool.conv, "b")] {
      #expect(try await tool.run("compile", model, "--board", "host", "-q", "-o", folder).status == 0)
    }
    #expect(try await tool.run("build", "a", "--board", "host", "-q").status == 0)
    let device = Process()
    device.executableURL = URL(filePath: tool.path("a/build/host/firmware.elf"))
    device.arguments = ["--socket", tool.path("line")]
    (device.standardOutput, device.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try device.run()
    defer { kill(device.processIdentifier, SIGKILL) }
    while !FileManager.default.fileExists(atPath: tool.path("line")) { await Task.yield() }
    let result = try await tool.run("selftest", "b", "--device", "unix:\(tool.path("line"))", "--json", "-q")
    #expect(result.status == 75)
    #expect((try result.json()["error"] as? [String: String])?["code"] == "device-mismatch")
    #expect(outcomes(try result.json())["golden step"] == "skipped")
  }
}
