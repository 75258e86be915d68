import Compiler
import FirmwareBuild
import Foundation
import GraphIR
import Profiling

/// Counts whole steps on one board.
struct StepBench: Sendable {
  let counter: StepCounter
  let board: Board
  /// Of the artifact, which is made here.
  let directory: URL

  struct Row: Sendable {
    var name: String
    var board: String
    var phases: [Phase: Int]
    /// What the step does around its operations.
    var around: Int
    var layers: [Layer]
    var cycles: CycleRange
    var macs: [Phase: Int]
    /// Of the kernels that the linker kept.
    var kernelCodeBytes: Int
    var stackBoundBytes: Int
    var arenaBytes: Int
    var stateBytes: Int
    var bar: Double?
    var peers: [StepCase.Peer]

    var instructions: Int { phases.values.reduce(around, +) }
    var instructionsPerMAC: Double { Double(instructions) / Double(macs.values.reduce(0, +)) }
  }

  /// Instructions of a layer, or of an operation that belongs to none.
  struct Layer: Sendable {
    var name: String
    var phases: [Phase: Int] = [:]
  }

  func row(_ step: StepCase) throws -> Row {
    let artifact = try step.compile(for: board)
    try artifact.write(to: directory)
    let counted = try counter.run(
      artifactDirectory: directory, board: board, sample: try step.sample(of: artifact))
    let code = Disassembly(objdump: counted.disassembly)
    let profile = try Profile(counted, code, of: directory, board)
    let product = try counter.builder.build(
      artifactDirectory: directory, board: board.withAllMemory(),
      outputDirectory: directory.appendingPathComponent("product"))
    let graph = artifact.graph
    return Row(
      name: step.name, board: board.name, phases: phases(profile, graph),
      around: profile.functions.values.reduce(0) { $0 + $1.instructions }, layers: layers(profile, graph),
      cycles: profile.total.cycles,
      macs: Dictionary(uniqueKeysWithValues: Phase.allCases.map { ($0, graph.macs(phases: [$0])) }),
      kernelCodeBytes: try kernelCodeBytes(code), stackBoundBytes: product.stackBoundBytes ?? 0,
      arenaBytes: artifact.manifest.memory.arenaBytes, stateBytes: artifact.manifest.memory.stateBytes,
      bar: step.bars[board.name], peers: step.peers[board.name] ?? [])
  }

  private func phases(_ profile: Profile, _ graph: Graph) -> [Phase: Int] {
    var sums: [Phase: Int] = [:]
    for (position, cost) in profile.operations {
      sums[graph.operations[position].kind.phase, default: 0] += cost.instructions
    }
    return sums
  }

  private func layers(_ profile: Profile, _ graph: Graph) -> [Layer] {
    var layers: [Layer] = []
    for (position, operation) in graph.operations.enumerated() {
      guard let cost = profile.operations[position] else { continue }
      let name = operation.layer.map { graph.layers[$0].name } ?? String(operation.name.prefix { $0 != "/" })
      let index = layers.firstIndex { $0.name == name } ?? layers.endIndex
      if index == layers.endIndex { layers.append(Layer(name: name)) }
      layers[index].phases[operation.kind.phase, default: 0] += cost.instructions
    }
    return layers
  }

  /// Of the functions written in `Firmware/kernels`.
  private func kernelCodeBytes(_ code: Disassembly) throws -> Int {
    let kernels = Set(try FileManager.default.contentsOfDirectory(atPath: counter.builder.root.kernels.path))
    return code.functions.filter { kernels.contains($0.file) }.reduce(0) { $0 + $1.addresses.count }
  }
}

extension Profile {
  init(_ step: CountedStep, _ code: Disassembly, of directory: URL, _ board: Board) throws {
    let source = try String(contentsOf: directory.appendingPathComponent(StepSource.fileName), encoding: .utf8)
    try self.init(
      ExecutionCounts(text: step.counts), code: code, source: StepSource(text: source),
      timing: Core.timing(of: board.core), waitStates: 0)
  }
}
