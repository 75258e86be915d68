import ArtifactManifest
import Coordinator
import DeviceLink
import Foundation
import Telemetry

/// An artifact, data and a store for `ScriptedDevice`.
struct Bench {
  let folder: URL
  let store: RunStore
  var artifact: Artifact
  var data: TrainingData

  let steps: Int

  static let plan = plan(steps: 30)

  static func plan(steps: Int) -> TrainingPlan {
    TrainingPlan(
      trainingSamples: 6, evaluationSamples: 4, steps: steps, seed: 9,
      schedule: LearningRateSchedule(shape: .cosine, peak: 0.1, warmUpSteps: 3), checkpointSteps: 7)
  }

  init(folder: URL, storeBytes: Int?, steps: Int = plan.steps) throws {
    self.steps = steps
    self.folder = folder
    store = try RunStore(directory: folder, maximumBytes: storeBytes)
    artifact = Artifact(directory: folder, manifest: Self.manifest)
    try Data([1, 2, 3]).write(to: artifact.file(Self.manifest.files.model))
    data = TrainingData(
      training: SampleSet(inputBytes: 2, labels: [0, 1, 2, 3, 0, 1], codes: Array(0..<12)),
      evaluation: SampleSet(inputBytes: 2, labels: [0, 1, 2, 3], codes: Array(20..<28)))
  }

  /// The same files, without the limit.
  func withRoomierStore() throws -> Bench { try Bench(folder: folder, storeBytes: nil, steps: steps) }

  mutating func edit(_ change: (inout ArtifactManifest) -> Void) {
    var manifest = artifact.manifest
    change(&manifest)
    artifact = Artifact(directory: folder, manifest: manifest)
  }

  static let options = RunOptions(patience: .zero, retryInterval: .milliseconds(1))

  /// - Parameters:
  ///   - stopAt: the user asks for a stop when this position is on its way.
  ///   - isAwayThen: the device vanishes at that moment and stays away.
  func train(
    on device: ScriptedDevice, stopAt: Int? = nil, isAwayThen: Bool = false, keepSteps: Int? = nil
  ) async throws -> TrainResult {
    let run = try await TrainingRun.begin(
      Self.plan(steps: steps), artifact: artifact, data: data, dataSource: "x,y", store: store, source: device,
      options: Self.options.keeping(every: keepSteps), watch: { _ in })
    device.onArrival {
      guard Int($0) == stopAt else { return }
      if isAwayThen { device.setAbsent(true) }
      await run.stop()
    }
    return try await run.run()
  }

  func resume(_ id: Int64, on device: ScriptedDevice) async throws -> TrainResult {
    try await TrainingRun.resume(
      id, artifact: artifact, data: data, store: store, source: device, options: Self.options, watch: { _ in }
    ).run()
  }

  private static var manifest: ArtifactManifest {
    let golden = DeviceSample(
      index: 0, mode: .train, label: 1, rateMantissa: 1 << 30, rateShift: 33, input: [1, -1])
    let after = ScriptedDevice.stepped(ScriptedDevice.initialBytes, by: golden)
    return ArtifactManifest(
      name: "scripted", files: .init(model: "m.tflite", graph: "g", graphData: "d", sources: []),
      hashes: .init(model: HexDigest(1), plan: HexDigest(2), semantics: HexDigest(3), layout: HexDigest(4)),
      input: .init(shape: [1, 2], bytes: 2, scale: 1, zeroPoint: 0),
      output: .init(classCount: 4, scale: 1, zeroPoint: 0), loss: .init(kind: .crossEntropy, targetBytes: 0),
      updatePlan: "full",
      segments: [.init(kind: .header, bytes: 4), .init(kind: .weights, bytes: 12)], trainedTensors: [],
      memory: .init(
        arenaBytes: 0, arenaLowerBoundBytes: 0, stateBytes: 16, stackBytes: 0, linkBytes: 0,
        sampleSlots: 0, sampleSlotBytes: 0, flashBytes: 0),
      macs: .init(forward: 1, backward: 2),
      golden: .init(
        input: Data([1, 255]).base64EncodedString(), label: 1, target: "", rateMantissa: 1 << 30, rateShift: 33,
        lossQ16: Int32(after[0]) << 10, digest: HexDigest(Digest64(after).value)),
      board: "scripted")
  }
}
