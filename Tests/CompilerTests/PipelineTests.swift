import ArtifactManifest
import Compiler
import Foundation
import GraphIR
import Testing
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

  @Test func modelWithoutClassifier_isRefusedInASentence() throws {
    var graph = Graph.residualSample()
    graph.operations.removeLast(2)
    graph.output = try #require(graph.id(named: "mean"))
    let error = #expect(throws: GraphError.self) { _ = try graph.training(.full) }
    #expect(error?.description.contains("no classifier ends in") == true)
  }
}
