import ArtifactManifest
import Autodiff
import CodegenC
import GraphIR
import Interpreter
import MemoryPlanning
import ModelImport
import Transforms
import UpdatePlanning

/// The compiler, as the list of its passes. Nothing else decides their order.
package enum Pipeline {
  /// Model file to artifact.
  ///
  /// - Parameters:
  ///   - model: bytes of a .tflite file.
  ///   - name: what the model is called, usually its file name without extension.
  ///   - dump: is handed the graph after every pass.
  /// - Throws: `ImportError`, `UpdatePlanError`, `GraphError`, or `CompileError` when it does not fit the board.
  package static func compile(
    model: [UInt8], name: String, options: CompileOptions, dump: (String, Graph) -> Void = { _, _ in }
  ) throws -> CompiledArtifact {
    try compile(ModelImporter.graph(of: model, name: name), model: model, options: options, dump: dump)
  }

  /// Forward graph to artifact; `model` are the bytes of the file it comes from, empty where it comes from none.
  package static func compile(
    _ imported: Graph, model: [UInt8] = [], options: CompileOptions, dump: (String, Graph) -> Void = { _, _ in }
  ) throws -> CompiledArtifact {
    let (graph, plan) = try trainingGraph(imported, options: options, dump: dump)
    try expectSampleFits(graph)
    let layout = RowStreaming.layout(graph)
    try layout.verify(graph)
    return try CompiledArtifact(model: model, graph: graph, plan: plan, layout: layout, options: options)
  }

  /// A sample travels as one message: its codes, and two bytes for each value of its target.
  private static func expectSampleFits(_ graph: Graph) throws {
    let most = 65_535
    let bytes = graph[graph.input].byteCount + 2 * graph.targetCount
    guard bytes <= most else {
      throw GraphError(
        "graph '\(graph.name)': found samples of \(bytes) B (input and target), expected at most \(most) B; choose a smaller input")
    }
  }

  /// Forward graph to training graph.
  package static func trainingGraph(
    _ imported: Graph, options: CompileOptions, dump: (String, Graph) -> Void = { _, _ in }
  ) throws -> (graph: Graph, plan: ResolvedUpdatePlan) {
    var graph = imported
    func pass(_ name: String, _ transform: (Graph) throws -> Graph) throws {
      graph = try transform(graph)
      try graph.verify()
      dump(name, graph)
    }
    try pass("import") { $0.eliminatingDeadOperations() }
    try pass("fuse activations") { $0.fusingActivations() }
    try pass("fold padding") { $0.foldingPadding() }
    let loss = options.loss ?? graph.likelyLoss().loss
    try pass("split head") { try $0.splittingHead(for: loss, reading: options.lossInput) }
    let plan = try ResolvedUpdatePlan(
      options.update, for: graph, storage: options.storage, velocity: options.velocity, scaling: options.scaling)
    try pass("apply update plan") { $0.applying(plan) }
    try pass("differentiate") { try $0.differentiated(loss: loss, errorBits: options.errorBits, rule: plan.rule) }
    try pass("eliminate dead operations") { $0.eliminatingDeadOperations() }
    try pass("keep trained channels") { $0.keepingTrainedChannels() }
    return (graph, plan)
  }
}
