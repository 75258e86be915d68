import ArtifactManifest
import CodegenC
import FoundationEssentials
import GraphIR
import Interpreter
import MemoryPlanning
import Transforms
import UpdatePlanning

/// The result of a compilation, not yet on disk.
package struct CompiledArtifact: Sendable {
  package let model: [UInt8]
  package let graph: Graph
  package let layout: ArenaLayout
  /// The arena operation by operation.
  package let timeline: MemoryTimeline
  /// What training takes beyond inference.
  package let updateMemory: UpdateMemory
  /// Why this loss, where the options name none.
  package let lossReason: String?
  package let sources: [SourceFile]
  package let manifest: ArtifactManifest

  init(model: [UInt8], graph: Graph, plan: ResolvedUpdatePlan, layout: ArenaLayout, options: CompileOptions) throws {
    let memory = ArtifactManifest.Memory(graph, layout, options.board)
    // Before the golden step: what fits no board may be too large to run here, too.
    if !options.force { try options.board.expectFit(memory) }
    self.model = model
    self.graph = graph
    self.layout = layout
    lossReason = options.loss == nil ? graph.likelyLoss().reason : nil
    timeline = MemoryTimeline(graph, layout)
    updateMemory = UpdateMemory(graph, layout)
    let planText = plan.text(for: graph) + "\n" + graph.lossText
    let hashes = try ArtifactManifest.Hashes(model: model, planText: planText, graph: graph, layout: layout)
    var emitter = TrainingStepEmitter(graph: graph, layout: layout, hashes: hashes)
    sources = emitter.emit()
    manifest = ArtifactManifest(
      name: graph.name,
      files: .init(
        model: "model.tflite", graph: "graph.json", graphData: "graph.bin", sources: sources.map(\.name)),
      hashes: hashes,
      input: .init(graph),
      output: .init(graph),
      loss: .init(graph),
      updatePlan: planText,
      segments: ArtifactManifest.Segment.all(of: graph),
      trainedTensors: graph.trainedTensors(),
      trainedLayers: graph.trainedLayers(),
      memory: memory,
      macs: .init(
        forward: graph.macs(phases: [.forward]), backward: graph.macs(phases: [.backward, .update])),
      golden: try .init(of: graph),
      board: options.board.name)
  }

  /// A picture of the arena over the step, for people.
  package static let pictureName = "arena.svg"

  /// Writes the artifact's files into `directory`, which is made if it does not exist.
  ///
  /// - Throws: `CompileError.notWritten` naming the file and the system's reason.
  package func write(to directory: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var files: [(String, Data)] = [
      (manifest.files.model, Data(model)), (manifest.files.graph, try encoder.encode(graph)),
      (manifest.files.graphData, Data(graph.data)),
    ]
    files += sources.map { ($0.name, Data($0.text.utf8)) }
    files.append((ArtifactManifest.fileName, try manifest.encoded()))
    files.append((Self.pictureName, Data(ArenaPicture(timeline, title: manifest.name).svg.utf8)))
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw CompileError(.notWritten, "\(directory.path): the folder cannot be made (\(error.localizedDescription))")
    }
    for (name, data) in files {
      let file = directory.appendingPathComponent(name)
      do {
        try data.write(to: file, options: .atomic)
      } catch {
        throw CompileError(.notWritten, "\(file.path): cannot be written (\(error.localizedDescription))")
      }
    }
  }
}

extension BoardBudget {
  /// - Throws: `CompileError.doesNotFit` with what is needed, what there is and what would help.
  fileprivate func expectFit(_ memory: ArtifactManifest.Memory) throws {
    if let sramBytes, memory.totalBytes > sramBytes {
      throw CompileError(
        .doesNotFit,
        "board '\(name)': SRAM: the plan needs \(memory.totalBytes) B (arena \(memory.arenaBytes), weights \(memory.stateBytes), stack \(memory.stackBytes), link \(memory.linkBytes), no sample outside of the arena), found \(sramBytes) B; train less (--update last-layer, bias-only or a plan file), choose a larger board, or write the artifact anyway with --force")
    }
    if let flashBytes, memory.flashBytes > flashBytes {
      throw CompileError(
        .doesNotFit,
        "board '\(name)': flash: the plan needs \(memory.flashBytes) B, found \(flashBytes) B; choose a smaller model or a larger board, or write the artifact anyway with --force")
    }
  }
}
