import ArtifactManifest
import Coordinator
import Foundation
import Synchronization
import Telemetry
import Testing

/// The daemon as a process: its socket, its page, its end.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DaemonTests {
  @Test func run_isTrainedShownAndExported() async throws {
    try await withDaemon { tool, daemon in
      let (artifact, data) = try await Self.artifact(tool, Tool.dense)
      let seen = Mutex<[String]>([])
      let result = try await daemon.client.train(
        Self.request(steps: 40), artifact: artifact, data: data,
        accepted: { run in seen.withLock { $0.append("accepted \(run)") } },
        watch: { event in if case .step = event { seen.withLock { $0.append("step") } } })
      #expect(result.steps == 40)
      #expect(result.state == "finished")
      #expect(
        seen.withLock { $0 } == ["accepted 1"] + [String](repeating: "step", count: 40 + 2 * data.evaluation.count))

      let runs = try await daemon.client.runs()
      #expect(runs.map(\.id) == [1])
      #expect(try await daemon.client.run(1).evaluations.count == 2)
      let model = try await daemon.client.export(1)
      #expect(model.count == (try Data(contentsOf: URL(filePath: Tool.dense))).count)

      #expect(try await daemon.get("/").contains("<title>Fieldtune</title>"))
      #expect(try await daemon.get("/api/runs").contains("\"state\":\"finished\""))
      #expect(try await daemon.get("/api/runs/1").contains("\"damaged\":{\"corrupt\":0"))
      #expect(try await daemon.get("/api/runs/1/steps?after=54").contains("\"rows\":[[55,"))
      #expect(try await daemon.get("/api/runs/9").hasPrefix("HTTP/1.1 404"))
      #expect(try await daemon.get("/api/devices").hasPrefix("HTTP/1.1 200"))
      #expect(
        try await daemon.get("/metrics").contains(
          "fieldtune_steps_total{run=\"1\",mode=\"train\"} 40\n"))
    }
  }

  @Test func clientThatVanishes_doesNotStopItsRun() async throws {
    try await withDaemon { tool, daemon in
      let (artifact, data) = try await Self.artifact(tool, Tool.dense)
      let client = try DaemonSocket(path: daemon.client.socketPath)
      for request in try Self.upload(Self.request(steps: 2000), artifact, data) + [.start] {
        try client.send(try request.line())
      }
      let answer = try await DaemonProcess.offload { Result { try client.receive { $0.contains(UInt8(ascii: "\n")) } } }
        .get()
      #expect(String(decoding: answer, as: UTF8.self).hasPrefix("{\"accepted\":{\"run\":1}}\n"))
      client.close()
      while try await daemon.client.run(1).record.state == .running { try await Task.sleep(for: .milliseconds(50)) }
      let run = try await daemon.client.run(1)
      #expect(run.record.state == .finished)
      #expect(run.steps == 2000 + 2 * data.evaluation.count)
    }
  }

  @Test func requests_areAnsweredInOneSentenceEach() async throws {
    try await withDaemon { tool, daemon in
      let client = daemon.client
      let (artifact, data) = try await Self.artifact(tool, Tool.dense)
      var absent = Self.request(steps: 1)
      absent.device = .port(name: "0483:374b:NONE")
      var impossible = Self.request(steps: 1)
      impossible.plan = TrainingPlan(
        trainingSamples: 1000, evaluationSamples: 0, steps: 1, seed: 1, schedule: impossible.plan.schedule)
      await Self.expect("device '0483:374b:NONE': found no such port, expected a path under /dev") {
        _ = try await client.train(absent, artifact: artifact, data: data, watch: { _ in })
      }
      await Self.expect("request 'train': trainingSamples: found 1000, expected 1 to 64") {
        _ = try await client.train(impossible, artifact: artifact, data: data, watch: { _ in })
      }
      await Self.expect("run 7: is not under way in this daemon: 'fieldtune runs' lists the runs") {
        try await client.stop(7)
      }
      let overlong = try DaemonSocket(path: client.socketPath)
      defer { overlong.close() }
      try overlong.send([UInt8](repeating: UInt8(ascii: "x"), count: ControlLimits.requestLineBytes + 1))
      let answer = try await DaemonProcess.offload {
        Result { try overlong.receive { $0.contains(UInt8(ascii: "\n")) } }
      }.get()
      #expect(String(decoding: answer, as: UTF8.self).contains("line: found more than 262144 B"))
    }
  }

  /// SIGTERM in mid-run: status 0, a checkpoint; the next daemon goes on by itself, to the same digest as without the break.
  @Test func termination_losesNoStep() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let (artifact, data) = try await Self.artifact(tool, Tool.conv)
    let first = try await DaemonProcess.start(in: tool)
    let request = Self.request(steps: 800)
    let whole = try await first.client.train(request, artifact: artifact, data: data, watch: { _ in })
    // A browser that keeps its connection must not hold the daemon up.
    let browser = try DaemonSocket(port: try await first.port())
    defer { browser.close() }
    try browser.send(Array("GET /api/runs HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))

    let (progress, sink) = AsyncStream.makeStream(of: Void.self)
    let client = first.client
    let suspended = Task {
      await Self.failure {
        _ = try await client.train(
          request, artifact: artifact, data: data, watch: { event in if case .step = event { sink.yield() } })
      }
    }
    for await _ in progress { break }
    let end = await first.terminate()
    #expect(end.status == 0)
    #expect(end.elapsed < .seconds(5), "\(end.elapsed)")
    #expect(await suspended.value.contains("goes on when the daemon starts again"))

    let second = try await DaemonProcess.start(in: tool)
    let result = try await second.client.watch(2, watch: { _ in })
    #expect(result.digest == whole.digest)
    #expect(result.loss == whole.loss)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.path("state/uploads")) == [])
    #expect(await second.terminate().status == 0)
  }

  /// kill -9 in mid-run: the next daemon takes the run up from the store alone.
  @Test func kill_losesNoStep() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let (artifact, data) = try await Self.artifact(tool, Tool.conv)
    let first = try await DaemonProcess.start(in: tool)
    let request = Self.request(steps: 800)
    let whole = try await first.client.train(request, artifact: artifact, data: data, watch: { _ in })
    let (progress, sink) = AsyncStream.makeStream(of: Void.self)
    let client = first.client
    let cut = Task {
      await Self.failure {
        _ = try await client.train(
          request, artifact: artifact, data: data, watch: { event in if case .step = event { sink.yield() } })
      }
    }
    var steps = 0
    for await _ in progress {
      steps += 1
      if steps == 300 { break }
    }
    await first.kill()
    #expect(await cut.value.hasPrefix("daemon: "))

    let second = try await DaemonProcess.start(in: tool)
    let result = try await second.client.watch(2, watch: { _ in })
    #expect(result.digest == whole.digest)
    #expect(result.loss == whole.loss)
    #expect(await second.terminate().status == 0)
  }

  private static func failure(of body: () async throws -> Void) async -> String {
    do {
      try await body()
      return "none"
    } catch {
      return "\(error)"
    }
  }

  /// What a unit of `Type=notify` with a watchdog waits for (sd_notify(3)).
  @Test func systemd_isToldOfReadinessLifeAndEnd() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let listener = try DaemonSocket(datagramsAt: tool.path("notify.sock"))
    defer { listener.close() }
    let daemon = try await DaemonProcess.start(
      in: tool, environment: ["NOTIFY_SOCKET": tool.path("notify.sock"), "WATCHDOG_USEC": "100000"])
    let alive = try await DaemonProcess.offload {
      Result { try listener.receive { String(decoding: $0, as: UTF8.self).contains("WATCHDOG=1") } }
    }.get()
    #expect(await daemon.terminate().status == 0)
    // The daemon has ended: all it had to say is in the socket's queue.
    let said = try String(decoding: alive, as: UTF8.self) + String(
      decoding: listener.receive { $0.count > 9 && $0.suffix(10) == Array("STOPPING=1".utf8) }, as: UTF8.self)
    for word in ["READY=1\nSTATUS=page at http://127.0.0.1:", "WATCHDOG=1", "STOPPING=1"] {
      #expect(said.contains(word))
    }
    #expect(!said.contains("token"), "a status is for everybody to read")
  }

  /// Each of the three places that two daemons cannot share; the sentence names the process that is there.
  @Test(arguments: [
    ("state", "state-directory: FOLDER/state: found another daemon there (process PID), expected none: stop it first"),
    ("d.sock", "socket: FOLDER/d.sock: found another daemon there (process PID), expected none: stop it first"),
    ("http", "http: 127.0.0.1:PORT: found fieldtuned (process PID) listening there, expected nobody: set http.port"),
  ])
  func secondDaemon_isRefusedInOneSentence(shared: String, expected: String) async throws {
    try await withDaemon { tool, daemon in
      let (info, port) = (try await daemon.client.ping(), try await daemon.port())
      let configuration = tool.path("second.toml")
      try Data(
        """
        socket = "\(tool.path(shared == "d.sock" ? "d.sock" : "e.sock"))"
        state-directory = "\(tool.path(shared == "state" ? "state" : "state-2"))"
        http.port = \(shared == "http" ? port : 0)
        """.utf8
      ).write(to: URL(filePath: configuration))
      let result = try await DaemonProcess.run(["--config", configuration])
      #expect(result.status == 71)
      let sentence = expected.replacing("FOLDER", with: tool.folder.path).replacing("PID", with: "\(info.processID)")
        .replacing("PORT", with: "\(port)")
      #expect(result.errors.contains("fieldtuned: " + sentence), "\(result.errors)")
    }
  }

  /// A watchdog that is fed whatever happens guards nothing: here the daemon cannot be reached any more.
  @Test func watchdog_isNotFedWhenTheDaemonDoesNotAnswer() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let listener = try DaemonSocket(datagramsAt: tool.path("notify.sock"))
    defer { listener.close() }
    let daemon = try await DaemonProcess.start(
      in: tool, environment: ["NOTIFY_SOCKET": tool.path("notify.sock"), "WATCHDOG_USEC": "60000"])
    try FileManager.default.removeItem(atPath: daemon.client.socketPath)
    let log = try await daemon.log { $0.contains("the watchdog is not fed") }
    #expect(log.contains("the watchdog is not fed"))
    #expect(await daemon.terminate().status == 0)
  }

  private static func expect(_ sentence: String, from body: () async throws -> Void) async {
    await #expect {
      try await body()
    } throws: { "\($0)" == sentence }
  }

  private func withDaemon(_ body: (Tool, DaemonProcess) async throws -> Void) async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let daemon = try await DaemonProcess.start(in: tool)
    do {
      try await body(tool, daemon)
    } catch {
      Issue.record(error)
    }
    #expect(await daemon.terminate().status == 0)
  }

  private static func request(steps: Int) -> TrainRequest {
    TrainRequest(
      device: .loopback, deviceName: "loopback",
      plan: TrainingPlan(
        trainingSamples: 64, evaluationSamples: 8, steps: steps, seed: 5,
        schedule: LearningRateSchedule(shape: .cosine, peak: 0.02, warmUpSteps: 3)),
      dataSource: "x,y")
  }

  /// A compiled model, and samples that need no meaning.
  private static func artifact(_ tool: Tool, _ model: String) async throws -> (Artifact, TrainingData) {
    let compiled = try await tool.run("compile", model, "--update", "full", "-o", tool.path("artifact"))
    #expect(compiled.status == 0, "\(compiled.errors)")
    let artifact = try Artifact(opening: URL(filePath: tool.path("artifact")))
    let bytes = artifact.manifest.input.bytes
    func samples(_ count: Int) -> SampleSet {
      SampleSet(
        inputBytes: bytes, labels: (0..<count).map { UInt16($0 % artifact.manifest.output.classCount) },
        codes: (0..<count * bytes).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })
    }
    return (artifact, TrainingData(training: samples(64), evaluation: samples(8)))
  }

  private static func upload(
    _ request: TrainRequest, _ artifact: Artifact, _ data: TrainingData
  ) throws -> [ControlRequest] {
    let files = artifact.manifest.files
    let parts: [(UploadPart, Data)] = [
      (.manifest, try Data(contentsOf: artifact.file(ArtifactManifest.fileName))),
      (.model, try Data(contentsOf: artifact.file(files.model))),
      (.graph, try Data(contentsOf: artifact.file(files.graph))),
      (.graphData, try Data(contentsOf: artifact.file(files.graphData))),
      (.trainingLabels, Data(data.training.labels.flatMap { [UInt8($0), 0] })),
      (.trainingCodes, Data(data.training.codes)),
      (.evaluationLabels, Data(data.evaluation.labels.flatMap { [UInt8($0), 0] })),
      (.evaluationCodes, Data(data.evaluation.codes)),
    ]
    return [.train(request: request)]
      + parts.flatMap { part, bytes in
        stride(from: 0, to: bytes.count, by: ControlLimits.chunkBytes).map { start in
          .part(name: part, bytes: bytes[start..<min(start + ControlLimits.chunkBytes, bytes.count)])
        }
      }
  }
}
