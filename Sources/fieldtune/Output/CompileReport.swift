import Compiler
import GraphIR

/// What a compilation planned.
struct CompileReport: Encodable {
  struct SRAM: Encodable {
    let arena: Int
    let weights: Int
    let stack: Int
    let link: Int
    /// Samples that wait outside of the arena.
    let samples: Int
    let total: Int
  }

  struct MACs: Encodable {
    let forward: Int
    let backward: Int
  }

  struct Layer: Encodable {
    let name: String
    let forward: Int
    /// Input and weight gradients.
    let backward: Int
    /// Bytes of training state: biases and all planes.
    let stateBytes: Int
  }

  let name: String
  let path: String
  let board: String
  let sramBytes: SRAM
  let flashBytes: Int
  let macs: MACs
  let arenaLowerBound: Int
  let layers: [Layer]
  let updatePlan: String
  let loss: String
  /// Why this one, where nobody named it.
  let lossReason: String?
  let modelHash: String
  let planHash: String
  let semanticsHash: String
  let layoutHash: String
  /// Only where it was asked for.
  let explanation: ExplainReport?
  private let memoryTable: MemoryTable

  private enum CodingKeys: CodingKey {
    case name, path, board, sramBytes, flashBytes, macs, arenaLowerBound, layers, updatePlan, modelHash, planHash
    case semanticsHash, layoutHash, explanation
  }

  /// - Parameter boardBytes: the board's SRAM; nil where memory does not matter.
  init(_ compiled: CompiledArtifact, path: String, boardBytes: Int?, explains: Bool) {
    let manifest = compiled.manifest
    let memory = manifest.memory
    name = manifest.name
    self.path = path
    board = manifest.board
    sramBytes = SRAM(
      arena: memory.arenaBytes, weights: memory.stateBytes, stack: memory.stackBytes, link: memory.linkBytes,
      samples: memory.sampleSlotBytes, total: memory.totalBytes)
    flashBytes = memory.flashBytes
    macs = MACs(forward: manifest.macs.forward, backward: manifest.macs.backward)
    arenaLowerBound = memory.arenaLowerBoundBytes
    layers = Self.layers(of: compiled.graph)
    updatePlan = manifest.updatePlan
    loss = manifest.loss.kind.rawValue
    lossReason = compiled.lossReason
    modelHash = manifest.hashes.model.text
    planHash = manifest.hashes.plan.text
    semanticsHash = manifest.hashes.semantics.text
    layoutHash = manifest.hashes.layout.text
    explanation = explains ? ExplainReport(compiled) : nil
    memoryTable = MemoryTable(planned: manifest, boardBytes: boardBytes)
  }

  private static func layers(of graph: Graph) -> [Layer] {
    graph.layers.indices.map { index in
      let operations = graph.operations.filter { $0.layer == index }
      let state = Set(operations.flatMap(\.inputs).filter { graph[$0].isState }.map(\.index))
      return Layer(
        name: graph.layers[index].name,
        forward: operations.filter { $0.kind.phase == .forward }.reduce(0) { $0 + graph.macs(of: $1) },
        backward: operations.filter { $0.kind.phase != .forward }.reduce(0) { $0 + graph.macs(of: $1) },
        stateBytes: state.reduce(0) { $0 + graph.tensors[$1].byteCount })
    }
  }

  var text: String {
    var table = TextTable(["layer", "MACs forward", "backward", "trained bytes"])
    for layer in layers {
      table.add([
        layer.name, Number.grouped(layer.forward), Number.grouped(layer.backward), Number.grouped(layer.stateBytes),
      ])
    }
    table.add([
      "all", Number.grouped(macs.forward), Number.grouped(macs.backward),
      Number.grouped(layers.reduce(0) { $0 + $1.stateBytes }),
    ])
    var memory = TextTable([memoryTable.title, "bytes"])
    memoryTable.add(to: &memory)
    memory.add(["no layout of the arena under", Number.grouped(arenaLowerBound)])
    memory.add(["flash", Number.grouped(flashBytes)])
    return (explanation.map { $0.text + "\n" } ?? "") + table.text + "\n" + memory.text + "\nloss \(loss)\(lossReason.map { ": \($0)" } ?? "")\n\(path): model \(modelHash), plan \(planHash)\n"
  }
}
