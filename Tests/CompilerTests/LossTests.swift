import Compiler
import Foundation
import GraphIR
import Interpreter
import ModelImport
import Testing
import Transforms
import UpdatePlanning

/// The loss fits the model's end, or is refused; every loss falls when it is trained on.
@Suite struct LossTests {
  /// Models made by others: below the folder that FIELDTUNE_SHARED names, or `shared` beside the project.
  private static let models: URL? = {
    let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let shared =
      ProcessInfo.processInfo.environment["FIELDTUNE_SHARED"].map(URL.init(fileURLWithPath:))
      ?? project.deletingLastPathComponent().appendingPathComponent("shared")
    let models = shared.appendingPathComponent("models")
    return FileManager.default.fileExists(atPath: models.path) ? models : nil
  }()

  private func options(_ loss: Loss?, _ update: UpdatePlan = .full, _ input: LossInput = .accumulator) -> CompileOptions {
    var options = CompileOptions.unlimited(update)
    (options.loss, options.lossInput) = (loss, input)
    return options
  }

  /// Rows: outputs, named or likely loss, expected loss.
  @Test(arguments: [
    (1, nil, .meanSquaredError), (8, nil, .reconstruction), (3, nil, .crossEntropy), (3, .meanSquaredError, .meanSquaredError),
    (3, .softCrossEntropy, .softCrossEntropy),
  ] as [(Int, Loss?, Loss)])
  func loss_isWhatTheModelsEndSpeaksFor(outputs: Int, named: Loss?, expected: Loss) throws {
    var builder = GraphBuilder(input: [1, 8])
    let forward = builder.end(at: builder.dense("head", builder.input, outputs: outputs))
    let graph = try Pipeline.trainingGraph(forward, options: options(named)).graph
    #expect(graph.loss == expected)
    #expect(graph.targetCount == (expected == .meanSquaredError || expected == .softCrossEntropy ? outputs : 0))
  }

  @Test(arguments: [
    (1, .crossEntropy, "for numbers use --loss mse or reconstruction"),
    (3, .reconstruction, "found 3 outputs for 8 inputs"),
  ] as [(Int, Loss, String)])
  func loss_thatDoesNotFit_isRefused(outputs: Int, loss: Loss, sentence: String) throws {
    var builder = GraphBuilder(input: [1, 8])
    let forward = builder.end(at: builder.dense("head", builder.input, outputs: outputs))
    let error = #expect(throws: GraphError.self) {
      try Pipeline.trainingGraph(forward, options: options(loss))
    }
    #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
  }

  @Test(arguments: Loss.allCases, LossInput.allCases)
  func training_lowersTheLoss(_ loss: Loss, _ input: LossInput) throws {
    var builder = GraphBuilder(input: [1, 8])
    let hidden = builder.dense("hidden", builder.input, outputs: 12)
    let forward = builder.end(at: builder.dense("head", hidden, outputs: 8))
    let graph = try Pipeline.trainingGraph(forward, options: options(loss, .full, input)).graph
    let step = try TrainingStepInterpreter(graph: graph)
    step.reset(seed: 1)
    let sample = (0..<8).map { Int8(20 * $0 - 70) }
    let values: [Int16] =
      switch loss {
      case .crossEntropy, .reconstruction: []
      case .softCrossEntropy: [8192, 8192, 0, 0, 0, 0, 0, 0]
      case .meanSquaredError: (0..<8).map { 256 * (10 * $0 - 30) }
      }
    let target = StepTarget(label: 2, values: values)
    let before = step.evaluate(input: sample, target: target).lossQ16
    for _ in 0..<200 {
      _ = step.train(input: sample, target: target, update: StepUpdate(rate: StepRate(mantissa: 1 << 30, shift: 34)))
    }
    let after = step.evaluate(input: sample, target: target).lossQ16
    #expect(after < before, "\(before) before, \(after) after")
  }

  @Test(
    .enabled(if: models != nil, "no shared/models beside the project: set FIELDTUNE_SHARED to its folder"),
    arguments: [
      ("mlperf_tiny/ad01_int8", .reconstruction), ("tflm/hello_world_int8", .meanSquaredError),
    ] as [(String, Loss)], [UpdatePlan.full, .lastLayer, .biasOnly])
  func otherModels_learn(_ row: (model: String, loss: Loss), _ plan: UpdatePlan) throws {
    let file = try #require(Self.models).appending(path: row.model + ".tflite")
    let forward = try ModelImporter.graph(of: file)
    let graph = try Pipeline.trainingGraph(forward, options: options(nil, plan)).graph
    #expect(graph.loss == row.loss)
    let step = try TrainingStepInterpreter(graph: graph)
    step.reset(seed: 1)
    let sample = (0..<step.inputCount).map { Int8(truncatingIfNeeded: $0 * 5 % 90 - 40) }
    let target = StepTarget(values: (0..<step.targetCount).map { _ in 5000 })
    let first = step.train(input: sample, target: target, update: StepUpdate(rate: StepRate(mantissa: 1 << 30, shift: 37))).lossQ16
    let update = StepUpdate(rate: StepRate(mantissa: 1 << 30, shift: 37))
    for _ in 0..<60 { _ = step.train(input: sample, target: target, update: update) }
    let last = step.evaluate(input: sample, target: target).lossQ16
    #expect(last < first, "\(first) at first, \(last) at last")
  }

  /// Errors of a squared loss adapt their range where nothing learns: a backward pass without an update.
  @Test(.enabled(if: models != nil, "no shared/models beside the project: set FIELDTUNE_SHARED to its folder"))
  func nothingLearns_andNoParameterOfTheStepIsUnused() throws {
    let model = try #require(Self.models).appending(path: "tflm/hello_world_int8.tflite")
    let artifact = try Pipeline.compile(
      model: [UInt8](try Data(contentsOf: model)), name: "hello", options: options(nil, UpdatePlan.none))
    let step = try #require(artifact.sources.first { $0.name == "training_step.c" })
    #expect(step.text.contains("struct phase_clock *clock) {\n    (void)update;\n    phase_enter(clock, PHASE_UPDATE);"))
    #expect(!step.text.contains("counters"))
  }

  @Test(
    .enabled(if: models != nil, "no shared/models beside the project: set FIELDTUNE_SHARED to its folder"),
    arguments: [("mlperf_tiny/pretrainedResnet_quant", 43), ("mlperf_tiny/vww_96_int8", 5), ("mlperf_tiny/kws_ref_model", 3)])
  func newHead_changesNothingBelow(_ name: String, _ classes: Int) throws {
    let file = try #require(Self.models).appending(path: name + ".tflite")
    let old = [UInt8](try Data(contentsOf: file))
    let new = try NewHead(classCount: classes, seed: 7).replacingHead(of: old)
    #expect(try NewHead(classCount: classes, seed: 7).replacingHead(of: old) == new)
    let before = try ModelImporter.graph(of: old, name: "old")
    let after = try ModelImporter.graph(of: new, name: "new")
    #expect(after[after.output].elementCount == classes)
    #expect(before.layers.dropLast().map(\.weights) == after.layers.dropLast().map(\.weights))
    let graph = try Pipeline.trainingGraph(after, options: options(nil)).graph
    let step = try TrainingStepInterpreter(graph: graph)
    step.reset(seed: 1)
    let sample = (0..<step.inputCount).map { Int8(truncatingIfNeeded: $0 &* 11) }
    let first = step.train(input: sample, target: .init(label: classes - 1), update: StepUpdate(rate: StepRate(mantissa: 1 << 30, shift: 38)))
    #expect(first.output.count == classes)
  }
}
