import Foundation
import Testing

/// The command line's contract: keys of `--json`, exit codes, one sentence for what is wrong.
@Suite(.serialized) struct CommandTests {
  @Test func inspect_listsOperations() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let json = try await tool.run("inspect", Tool.conv, "--json").json()
    #expect((json["operations"] as? [Any])?.count == 12)
    #expect(json["macs"] as? Int == 186_752)
    #expect((json["weightBytes"] as? Int ?? 0) > 20_000)
  }

  @Test func fullDisk_isNoSuccess() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let process = tool.process(["inspect", Tool.conv], output: Pipe(), errors: FileHandle.nullDevice)
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }

  @Test func boards_listsEveryFolder() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let result = try await tool.run("boards")
    let text = String(decoding: result.output, as: UTF8.self)
    let names = [
      "mps2-an500", "mps2-an386", "netduinoplus2", "host", "stm32f746g-disco", "nucleo-f746zg", "nucleo-f429zi",
      "stm32f429i-disc1",
    ]
    for name in names { #expect(text.contains(name)) }
  }

  @Test func compile_saysWhatItPlans() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let result = try await tool.run(
      "compile", Tool.conv, "--board", "stm32f746g-disco", "--update", "full", "-o", tool.path("artifact"), "--json")
    let json = try result.json()
    let sram = try #require(json["sramBytes"] as? [String: Int])
    #expect(Set(sram.keys).isSuperset(of: ["arena", "weights", "stack", "link", "samples", "total"]))
    #expect(sram["total"] == sram.filter { $0.key != "total" }.values.reduce(0, +))
    #expect(sram["arena"] == 13344)
    #expect(json["arenaLowerBound"] as? Int == 13344)
    let macs = try #require(json["macs"] as? [String: Int])
    #expect(macs["forward"] == 186_752)
    #expect(macs["backward"] == 364_288)
    #expect((json["flashBytes"] as? Int ?? 0) > 20_000)
  }

  /// Counts are exact: what is around the operations and the operations are the whole, and a second run is the same.
  @Test func profile_countsEveryOperationOfAStep() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let artifact = tool.path("artifact")
    _ = try await tool.run("compile", Tool.dense, "--board", "nucleo-f429zi", "--update", "full", "-o", artifact)
    let result = try await tool.run("profile", artifact, "--json")
    #expect(result.status == 0, "\(result.errors)")
    let json = try result.json()
    #expect(json["machine"] as? String == "mps2-an386")
    #expect(json["clockHertz"] as? Int == 180_000_000)
    let operations = try #require(json["operations"] as? [[String: Any]])
    let around = try #require(json["around"] as? [[String: Any]])
    let total = try #require(json["total"] as? [String: Any])
    for key in ["instructions", "loads", "stores", "macs"] {
      let parts = (operations + around).map { ($0["cost"] as? [String: Any])?[key] as? Int ?? -1 }
      #expect(parts.allSatisfy { $0 >= 0 })
      #expect(total[key] as? Int == parts.reduce(0, +), "\(key)")
    }
    #expect(Set(operations.compactMap { $0["phase"] as? String }) == ["forward", "backward", "update"])
    #expect(operations.allSatisfy { $0["kernel"] is String })
    let cycles = try #require(total["cycles"] as? [String: Int])
    let instructions = try #require(total["instructions"] as? Int)
    let (low, high) = (try #require(cycles["low"]), try #require(cycles["high"]))
    #expect(instructions <= low && low < high && high < 2 * low)
    let bounded = try await tool.run("profile", artifact, "--wait-states", "5", "--hot", "3", "--json").json()
    #expect((bounded["hot"] as? [Any])?.count == 3)
    let waiting = bounded["total"] as? [String: Any]
    #expect(waiting?["instructions"] as? Int == instructions)
    #expect((waiting?["cycles"] as? [String: Int])?["low"] == low)
    #expect(try #require((waiting?["cycles"] as? [String: Int])?["high"]) > high)
  }

  /// 200 steps with one seed give one digest, whatever runs them.
  @Test func digest_isTheSameOnEveryDevice() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    var digests: [String: String] = [:]
    for device in ["loopback", "host", "qemu:mps2-an500", "qemu:mps2-an386", "qemu:netduinoplus2"] {
      let result = try await tool.run(
        "train", Tool.dense, "--device", device, "--data", Tool.train, "--steps", "200", "--lr", "0.02", "--seed", "7",
        "--json")
      let json = try result.json()
      #expect(result.status == 0, "\(device): \(result.errors)")
      #expect((json["loss"] as? [Double])?.count == 200, "\(device)")
      digests[device] = json["digest"] as? String
      let cost = json["cost"] as? [String: Any]
      #expect(cost?["unit"] as? String == (device.hasPrefix("qemu") ? "instructions" : cost?["unit"] as? String))
    }
    #expect(digests.count == 5)
    #expect(Set(digests.values).count == 1, "\(digests)")
  }

  @Test func trainedModel_scoresWhatTheRunSaid() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let trained = try await tool.run(
      "train", Tool.conv, "--device", "loopback", "--data", Tool.train, "--eval", Tool.test, "--epochs", "1", "--lr",
      "0.02", "--schedule", "cosine", "--seed", "1", "--export", tool.path("trained.tflite"), "--json")
    #expect(trained.status == 0, "\(trained.errors)")
    let accuracy = try #require(try trained.json()["accuracy"] as? [String: Double])
    let before = try #require(accuracy["before"])
    let after = try #require(accuracy["after"])
    #expect(after >= before + 0.2)
    let json = try await tool.run("eval", tool.path("trained.tflite"), "--data", Tool.test, "--json").json()
    #expect(abs((json["accuracy"] as? Double ?? 0) - after) < 1e-9)
    try await expectLiteRT(tool, accuracy: after)
  }

  /// LiteRT on the exported file, where it is installed.
  private func expectLiteRT(_ tool: Tool, accuracy: Double) async throws {
    guard let python = ProcessInfo.processInfo.environment["FIELDTUNE_LITERT_PYTHON"], !python.isEmpty else {
      print("skipped: LiteRT's score; set FIELDTUNE_LITERT_PYTHON to a Python that has ai-edge-litert")
      return
    }
    let script = Tool.demo.deletingLastPathComponent().appending(path: "DemoModel/litert_accuracy.py")
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: python)
    process.arguments = [script.path, tool.path("trained.tflite"), Tool.demo.appending(path: "field").path, "t10k,test"]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let score = try #require(Double(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(abs(score - accuracy) < 1e-9)
  }

  /// The second row stops within a batch, as likely as not.
  @Test(arguments: [[], ["--batch", "8", "--momentum", "0.9", "--weight-decay", "0.01"]])
  func interruptedRun_resumesToTheSameDigest(optimizer: [String]) async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let options =
      [
        "train", Tool.conv, "--device", "loopback", "--data", Tool.train, "--steps", "600", "--lr", "0.02", "--seed", "3",
      ] + optimizer + ["--json"]
    let whole = try await tool.run(options).json()
    let (output, errors) = (Pipe(), Pipe())
    let process = tool.process(options, output: output, errors: errors)
    try process.run()
    // Wait until the run is open, then interrupt as Ctrl-C does.
    var log = ""
    while !log.contains("run ") {
      let text = errors.fileHandleForReading.availableData
      if text.isEmpty { break }
      log += String(decoding: text, as: UTF8.self)
    }
    process.interrupt()
    let result = output.fileHandleForReading.readDataToEndOfFile()
    log += String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 130 else {
      print("the run ended before it could be interrupted: status \(process.terminationStatus)")
      return
    }
    let stopped = try #require(try JSONSerialization.jsonObject(with: result) as? [String: Any])
    #expect(stopped["state"] as? String == "stopped")
    let run = try #require(log.firstMatch(of: /--resume (\d+)/)?.output.1)
    let resumed = try await tool.run(options.dropLast() + ["--resume", String(run), "--json"]).json()
    #expect(resumed["digest"] as? String == whole["digest"] as? String)
  }

  @Test func trace_isShownAndSentAgain() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    #expect(try await tool.run("selftest", "--device", "loopback", "--trace", "a.pcap").status == 0)
    let report = try await tool.run("replay", "a.pcap", "--json").json()
    #expect(report["connections"] as? Int == 1)
    #expect(report["difference"] == nil)
    let frames = try #require(report["frames"] as? [[String: Any]])
    #expect(frames.contains { ($0["messages"] as? [String])?.contains { $0.hasPrefix("step ") } ?? false })
    let text = try await tool.run("replay", "a.pcap", "--summary")
    #expect(String(decoding: text.output, as: UTF8.self).contains("byte for byte"))
    let bench = try await tool.run("link", "bench", "--device", "loopback", "--seconds", "0.3", "--json").json()
    #expect(((bench["toDevice"] as? [String: Any])?["bytesPerSecond"] as? Double ?? 0) > 0)
    #expect((bench["device"] as? [String: Int])?["framesReceived"] ?? 0 > 0)
  }

  static let badInput: [(arguments: [String], status: Int32, words: String)] = [
    (["inspect", "missing.tflite"], 66, "missing.tflite"),
    (["inspect", Tool.demo.appending(path: "README.md").path], 65, "README.md"),
    (["compile", Tool.conv, "--update", "everything", "-o", "a"], 64, "everything"),
    (["compile", Tool.conv, "--board", "arduino", "-o", "a"], 66, "arduino"),
    (["compile", Tool.conv, "-o", "/proc/nowhere"], 73, "/proc/nowhere"),
    (["eval", Tool.conv, "--data", "missing.csv:label=x"], 66, "missing.csv"),
    (["train", Tool.conv, "--device", "/dev/does-not-exist", "--data", Tool.train], 69, "/dev/does-not-exist"),
    (["runs", "4711"], 66, "4711"),
    (["train", Tool.conv, "--data", Tool.train], 64, "--device"),
    (["inspect", "/"], 65, "is a folder, expected a .tflite file"),
    (["eval", Tool.demo.path, "--data", Tool.test], 65, "is a folder, expected a .tflite file"),
    (["eval", Tool.conv, "--data", "/nope"], 66, "no such file"),
    (["eval", Tool.conv, "--data", Tool.demo.appending(path: "field").path + ":nope"], 65, "no split 'nope'"),
    (["train", Tool.conv, "--device", "loopback", "--data", Tool.train, "--export", "/nope/x.tflite"], 73, "/nope"),
    (["train", Tool.conv, "--data", Tool.train, "--steps", "-1"], 64, "at least 1"),
    (["train", Tool.conv, "--data", Tool.train, "--lr", "-1"], 64, "more than 0"),
    (["train", Tool.conv, "--data", Tool.train, "--batch", "0"], 64, "batch: found 0"),
    (["train", Tool.conv, "--data", Tool.train, "--momentum", "1"], 64, "momentum: found 1.0"),
    (["train", Tool.conv, "--device", "loopback", "--data", Tool.train, "--no-velocity", "--batch", "2"], 65, "--velocity"),
    (["compile", Tool.conv, "--weights", "stochastic", "--velocity", "-o", "a"], 65, "storage 'residual'"),
    (["demo", "--epochs", "0"], 64, "at least 1"),
    (["profile", "nowhere"], 66, "nowhere"),
    (["replay", Tool.demo.appending(path: "README.md").path], 65, "a little-endian pcap file"),
    (["replay", "missing.pcap"], 66, "missing.pcap"),
    (["selftest", "--device", "loopback", "--trace", "/dev/full"], 73, "No space left on device"),
    (["link", "bench", "--device", "unix:/nope"], 69, "/nope"),
    (["link", "bench", "--device", "loopback", "--seconds", "0"], 64, "more than 0"),
    (["selftest", "--device", "/dev/null", "--baud", "fast"], 64, "fast"),
    (["profile", "nowhere", "--wait-states", "16"], 64, "expected 0 to 15"),
  ]

  @Test(arguments: badInput.indices) func badInput_getsASentenceAndACode(index: Int) async throws {
    let (arguments, status, words) = Self.badInput[index]
    let tool = try Tool()
    defer { tool.remove() }
    let plain = try await tool.run(arguments)
    #expect(plain.status == status, "\(arguments): \(plain.errors)")
    #expect(plain.errors.contains(words), "\(plain.errors)")
    let json = try await tool.run(arguments + ["--json"])
    #expect(json.status == status)
    #expect((try json.json()["error"] as? [String: Any])?["message"] is String)
  }
}
