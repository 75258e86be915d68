import ArtifactManifest
import Compiler
import Foundation
import GraphIR
import Testing
import Transforms
import UpdatePlanning

@Suite struct PipelineTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let demo = root.appending(path: "Tools/Demo")

  private func compile(_ name: String, _ options: CompileOptions) throws -> CompiledArtifact {
    let model = [UInt8](try Data(contentsOf: Self.demo.appending(path: name + ".tflite")))
    return try Pipeline.compile(model: model, name: name, options: options)
  }

  @Test func sameInput_givesTheSameBytes() throws {
    let first = try compile("digits-conv", .unlimited(.full))
    let second = try compile("digits-conv", .unlimited(.full))
    #expect(first.sources == second.sources)
    #expect(first.manifest == second.manifest)
  }

  /// Committed hashes catch what differs from process to process, as the order of dictionaries does.
  @Test func generatedSources_areWhatTheSnapshotSays() throws {
    let artifact = try compile("digits-dense", .unlimited(.full))
    let folder = Self.root.appending(path: "Tests/Fixtures/digits-dense-full")
    for source in artifact.sources {
      let file = folder.appending(path: source.name)
      if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try source.text.write(to: file, atomically: true, encoding: .utf8)
      }
      let snapshot = try String(contentsOf: file, encoding: .utf8)
      #expect(source.text == snapshot, "\(source.name) changed; accept it with UPDATE_SNAPSHOTS=1")
    }
  }

  /// What training starts from stands in the file where the manifest says, chosen channels and depthwise biases included.
  @Test func initialState_isWhatStandsInTheFile() throws {
    let json = #"""
      {"schema": 1, "biases": {"last": 5}, "weights": [
        {"layer": 3, "ratio": 0.25, "channels": "largest-norm"}, {"layer": 4, "ratio": 0.4, "channels": "largest-norm"},
        {"layer": 6, "ratio": 0.3}]}
      """#
    let plan = try SparsePlan(json: Data(json.utf8), fileName: "plan.json")
    let artifact = try compile("digits-conv", .unlimited(.sparse(plan)))
    let state = StateLayout(artifact.graph)
    #expect(artifact.manifest.trainedTensors.count { $0.channelIndices != nil } == 3)
    for tensor in artifact.manifest.trainedTensors {
      let segment = tensor.kind == .weights ? state.weights : state.biases
      let index = try #require(segment.offsets.firstIndex(of: tensor.segmentOffset))
      let found = Array(try #require(artifact.graph.bytes(of: segment.tensors[index])))
      let width = tensor.kind == .weights ? 1 : 4
      let channels = tensor.channelIndices ?? Array(0..<tensor.trainedChannels)
      let places = (0..<tensor.rows).flatMap { row in channels.map { tensor.fileOffset + width * (row * tensor.channels + $0) } }
      let expected = places.flatMap { place -> [UInt8] in
        let bits = (0..<width).reduce(UInt32(0)) { $0 | UInt32(artifact.model[place + $1]) << UInt32(8 * $1) }
        return (0..<width).map { UInt8(truncatingIfNeeded: (bits << UInt32(tensor.fractionBits)) >> UInt32(8 * $0)) }
      }
      #expect(found == expected, "\(tensor.name)")
    }
  }

  @Test func board_changesNeitherPlanNorSemantics() throws {
    let small = BoardBudget(name: "small", sramBytes: 128 << 10, flashBytes: 1 << 20, stackBytes: 1024)
    let first = try compile("digits-conv", .unlimited(.full)).manifest
    let second = try compile("digits-conv", CompileOptions(update: .full, board: small)).manifest
    #expect(first.hashes == second.hashes)
    #expect(first.golden == second.golden)
  }

  @Test func plan_changesPlanAndSemantics() throws {
    let first = try compile("digits-conv", .unlimited(.full)).manifest.hashes
    let second = try compile("digits-conv", .unlimited(.biasOnly)).manifest.hashes
    #expect(first.model == second.model)
    #expect(first.plan != second.plan)
    #expect(first.semantics != second.semantics)
  }

  @Test func smallBoard_isRefusedInASentence() throws {
    let board = BoardBudget(name: "tiny", sramBytes: 32 << 10, flashBytes: 1 << 20, stackBytes: 2048)
    let error = #expect(throws: CompileError.self) {
      _ = try compile("digits-conv", CompileOptions(update: .full, board: board))
    }
    #expect(error?.reason == .doesNotFit)
    #expect(error?.description.hasPrefix("board 'tiny': SRAM: the plan needs ") == true)
    let forced = try compile("digits-conv", CompileOptions(update: .full, board: board, force: true))
    #expect(forced.manifest.memory.totalBytes > 32 << 10)
  }

  @Test func artifact_readsBackAsItWasWritten() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fieldtune-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let artifact = try compile("digits-dense", .unlimited(.full))
    try artifact.write(to: folder)
    let read = try Artifact(opening: folder)
    #expect(read.manifest == artifact.manifest)
    #expect(try Data(contentsOf: read.file(read.manifest.files.model)) == Data(artifact.model))
  }

  @Test(arguments: [Loss.meanSquaredError, .reconstruction])
  func softmaxEnd_underALossOfNumbers_isRefusedInASentence(_ loss: Loss) throws {
    let error = #expect(throws: GraphError.self) { _ = try Graph.residualSample().splittingHead(for: loss) }
    #expect(error?.description.contains("through which \(loss.rawValue) has no gradient; use --loss") == true)
  }

  @Test(arguments: [UnaryFunction.logistic, .tanh])
  func logisticEnd_underALossOfClasses_isRefusedInASentence(_ function: UnaryFunction) throws {
    var graph = Graph.residualSample()
    let codes = graph.operations[graph.operations.count - 1].inputs[0]
    let output = graph.output
    graph.operations[graph.operations.count - 1] = Operation(
      name: "end", kind: .lookup(function), inputs: [codes], outputs: [output])
    let error = #expect(throws: GraphError.self) { _ = try graph.splittingHead(for: .crossEntropy) }
    #expect(error?.description.contains("end: the model ends in a logistic or tanh") == true)
  }
}
