import Compiler
import GraphIR
import MemoryPlanning
import ModelImport

/// Any bytes: a sentence, or a graph that the compiler takes up to its arena, or refuses with a sentence.
///
/// A graph that is imported has passed its verifier. What is small enough goes through the passes, with everything
/// trained: each of them verifies again, and the layout proves that no two live tensors overlap. Then it gets a new head.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzImporter(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let graph = try ModelImporter.graph(of: bytes, name: "fuzz")
    guard graph.isSmall else { return 0 }
    let options = CompileOptions(board: BoardBudget(name: "fuzz", sramBytes: nil, flashBytes: nil, stackBytes: 0))
    let (training, _) = try Pipeline.trainingGraph(graph, options: options)
    try RowStreaming.layout(training).verify(training)
    _ = try NewHead(classCount: 3, seed: 1).replacingHead(of: bytes)
  } catch {
    // Refused in a sentence.
    precondition(!"\(error)".isEmpty)
  }
  return 0
}

extension Graph {
  /// Few enough bytes that the passes take microseconds.
  fileprivate var isSmall: Bool {
    tensors.allSatisfy { $0.elementCount < 1 << 12 } && tensors.count < 64
  }
}
