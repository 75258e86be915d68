import ArtifactManifest
import Coordinator
import Foundation
import Testing

/// The daemon's socket: lines, requests, uploads.
@Suite struct ControlProtocolTests {
  private static let train = TrainRequest(
    device: .socket(path: "/run/board.sock"), deviceName: "host", plan: plan(), dataSource: "x,y", resume: 4)

  private static let requests: [ControlRequest] = [
    .ping, .devices, .runs, .run(id: 3), .train(request: train), .part(name: .graphData, bytes: Data([0, 255, 10])),
    .start, .watch(id: 1), .stop(id: 2), .export(id: 5),
  ]

  @Test(arguments: requests) func request_survivesItsLine(request: ControlRequest) throws {
    let line = try request.line()
    #expect(line.last == UInt8(ascii: "\n"))
    #expect(line.count(where: { $0 == UInt8(ascii: "\n") }) == 1)
    #expect(try ControlRequest(line: Array(line.dropLast())) == request)
  }

  @Test func reply_survivesItsLine() throws {
    let replies: [ControlReply] = [
      .info(daemon: DaemonInfo(version: "1", processID: 2, page: nil)), .accepted(run: 3), .done,
      .bytes(bytes: Data([1])), .failure(failure: ControlFailure(.busy, "device 'x': is at work")),
      .devices(list: [DeviceSummary(id: "0483:374b:1", path: "/dev/ttyACM0", state: .ready)]),
    ]
    for reply in replies { #expect(try ControlReply(line: try reply.line()) == reply) }
  }

  @Test(arguments: [
    ("hello", "request: found no JSON object, expected a line such as {\"ping\":{}}"),
    ("[1]", "request: found no JSON object, expected a line such as {\"ping\":{}}"),
    ("{\"ping\":{},\"runs\":{}}", "request: found 2 names, expected one of ping, devices,"),
    ("{\"pong\":{}}", "request: found 'pong', expected one of ping, devices,"),
    ("{\"run\":{}}", "request 'run': id: found nothing, expected a value"),
    ("{\"run\":{\"id\":\"3\"}}", "request 'run': id: expected Int64"),
    ("{\"part\":{\"name\":\"weights\",\"bytes\":\"\"}}", "request 'part': name: "),
    ("{\"part\":{\"name\":\"model\",\"bytes\":\"!\"}}", "request 'part': bytes: "),
  ])
  func badLine_isOneSentence(line: String, expected: String) {
    #expect {
      try ControlRequest(line: Array(line.utf8))
    } throws: { "\($0)".hasPrefix(expected) }
  }

  @Test func lines_areTheSameHoweverBytesArrive() throws {
    let text = Array("one\n\ntwo\nthree".utf8)
    for size in 1...text.count {
      var buffer = LineBuffer(limitBytes: 5)
      var lines: [[UInt8]] = []
      for start in stride(from: 0, to: text.count, by: size) {
        lines += try buffer.lines(completedBy: text[start..<min(start + size, text.count)])
      }
      #expect(lines == [Array("one".utf8), Array("two".utf8)], "pieces of \(size)")
    }
  }

  @Test func longLine_isRefusedBeforeItsEnd() throws {
    var buffer = LineBuffer(limitBytes: 4)
    #expect(try buffer.lines(completedBy: Array("abcd".utf8)).isEmpty)
    #expect(throws: ControlFailure.self) { try buffer.lines(completedBy: [1]) }
  }

  @Test func upload_givesTheDataThatWentIn() throws {
    var upload = Upload()
    try upload.add([1, 0], to: .trainingLabels)
    try upload.add([0, 1], to: .trainingLabels)
    try upload.add([5, 6, 7], to: .trainingCodes)
    try upload.add([8], to: .trainingCodes)
    let data = try upload.data(inputBytes: 2)
    #expect(data.training == SampleSet(inputBytes: 2, labels: [1, 256], codes: [5, 6, 7, 8]))
    #expect(data.evaluation.count == 0)
    #expect {
      try upload.data(inputBytes: 3)
    } throws: {
      "\($0)" == "upload: trainingCodes: found 4 B for 4 B of labels, expected 3 B for every two"
    }
  }

  @Test func upload_refusesWhatIsNoManifest() throws {
    var upload = Upload()
    try upload.add(Array("{}".utf8), to: .manifest)
    #expect {
      try upload.manifest()
    } throws: {
      "\($0)" == "upload: manifest: not one this version can read: compile the model again"
    }
  }

  @Test func upload_isBounded() throws {
    var upload = Upload()
    let piece = [UInt8](repeating: 0, count: ControlLimits.artifactBytes)
    try upload.add(piece, to: .model)
    #expect(throws: ControlFailure.self) { try upload.add([0], to: .graph) }
  }

  /// Plans come from outside: what no plan of ours has is a sentence, never a crash.
  @Test(arguments: [
    (plan(trainingSamples: 7), "trainingSamples: found 7, expected 1 to 6"),
    (plan(evaluationSamples: 5), "evaluationSamples: found 5, expected 0 to 4"),
    (plan(peak: 17), "schedule.peak: found 17.0, expected 0 to 16.0"),
    (plan(peak: .nan), "schedule.peak: found nan, expected 0 to 16.0"),
    (plan(warmUpSteps: -1), "schedule.warmUpSteps: found -1, expected 0 to 1000000000"),
  ])
  func impossiblePlan_isOneSentence(plan: TrainingPlan, expected: String) {
    var request = Self.train
    request.plan = plan
    let data = TrainingData(training: Self.samples(6), evaluation: Self.samples(4))
    #expect {
      try request.verify(for: data)
    } throws: { "\($0)" == "request 'train': \(expected)" }
  }

  private static func plan(
    trainingSamples: Int = 6, evaluationSamples: Int = 4, peak: Double = 0.1, warmUpSteps: Int = 0
  ) -> TrainingPlan {
    TrainingPlan(
      trainingSamples: trainingSamples, evaluationSamples: evaluationSamples, steps: 30, seed: 9,
      schedule: LearningRateSchedule(shape: .cosine, peak: peak, warmUpSteps: warmUpSteps))
  }

  private static func samples(_ count: Int) -> SampleSet {
    SampleSet(
      inputBytes: 1, labels: [UInt16](repeating: 0, count: count), codes: [UInt8](repeating: 0, count: count))
  }

  @Test func socket_isLookedForWhereTheEnvironmentSays() {
    let rows: [([String: String], [String])] = [
      (["FIELDTUNE_SOCKET": "/a"], ["/a"]),
      (["FIELDTUNE_SOCKET": ""], [ControlSocket.systemPath]),
      (["XDG_RUNTIME_DIR": "/run/user/7"], [ControlSocket.systemPath, "/run/user/7/fieldtune/fieldtuned.sock"]),
      (["XDG_RUNTIME_DIR": "relative"], [ControlSocket.systemPath]),
    ]
    for (environment, expected) in rows {
      #expect(ControlSocket.candidates(environment: environment) == expected)
    }
  }
}
