import Compiler
import FirmwareBuild
import Foundation
import GraphIR
import Profiling

/// Counts the operations of kernel cases on one board.
struct KernelBench: Sendable {
  let counter: StepCounter
  let board: Board
  /// Of the artifact, which is made here.
  let directory: URL

  struct Row: Sendable {
    var name: String
    var board: String
    /// Multiply-accumulates, or elements of an operation without any.
    var units: Int
    var unit: String
    var cost: Profile.Cost
    var bar: Double?
    var peers: String

    var instructionsPerUnit: Double { Double(cost.instructions) / Double(units) }
  }

  func rows(_ kernel: KernelCase) throws -> [Row] {
    let budget = BoardBudget(name: board.name, sramBytes: nil, flashBytes: nil, stackBytes: board.stackBytes)
    let artifact = try Pipeline.compile(kernel.graph(), options: CompileOptions(update: kernel.plan(), board: budget))
    try artifact.write(to: directory)
    var sample = try CountedSample(golden: artifact.manifest)
    sample.rateShift = CountedSample.usualRateShift
    let counted = try counter.run(artifactDirectory: directory, board: board, sample: sample)
    let profile = try Profile(counted, Disassembly(objdump: counted.disassembly), of: directory, board)
    return try kernel.measures.map { try row($0, of: kernel, artifact.graph, profile) }
  }

  private func row(
    _ measure: KernelCase.Measure, of kernel: KernelCase, _ graph: Graph, _ profile: Profile
  ) throws -> Row {
    let position = graph.operations.firstIndex { $0.name == measure.operation }
    guard let position, let cost = profile.operations[position] else {
      let names = graph.operations.map(\.name).joined(separator: ", ")
      throw BenchError("\(kernel.name): found no operation '\(measure.operation)', expected one of \(names)")
    }
    let operation = graph.operations[position]
    let macs = graph.macs(of: operation)
    let elements = graph[operation.outputs.first ?? operation.inputs[0]].elementCount
    return Row(
      name: "\(kernel.name): \(measure.title)", board: board.name, units: macs > 0 ? macs : elements,
      unit: macs > 0 ? "MAC" : "element", cost: cost, bar: measure.bar, peers: measure.peers)
  }
}

/// Why there is no figure, as one sentence.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
