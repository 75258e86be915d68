import Foundation
import GraphIR
import Interpreter
import ModelImport
import Testing

/// Imported models compute the codes that LiteRT 2.3's reference kernels (BUILTIN_REF) compute.
@Suite struct ParityTests {
  /// Compares every layer, and prints a row of the table: the first tensor of the fixture is the input itself, the others
  /// are what the operations of the file wrote, in order.
  private func check(_ model: URL, _ fixture: ParityFixture, _ codes: [[[Int8]]]) throws {
    let graph = try ModelImporter.graph(of: model)
    let interpreter = try TrainingStepInterpreter(graph: graph)
    let written = Set(fixture.tensors.map(\.name))
    let outputs = graph.operations.map { $0.outputs[0] }.filter { written.contains(graph[$0].name) }
    try #require(outputs.map { graph[$0].name } == fixture.tensors.dropFirst().map(\.name))
    var differing = 0
    for (number, tensors) in codes.enumerated() {
      _ = interpreter.infer(input: tensors[0])
      for (output, expected) in zip(outputs, tensors.dropFirst()) {
        let found = interpreter.codes(of: output)
        #expect(found == expected, "input \(number), tensor '\(graph[output].name)'")
        differing += zip(found, expected).count { $0 != $1 }
      }
    }
    let count = codes.reduce(0) { $0 + $1.dropFirst().reduce(0) { $0 + $1.count } }
    print("parity \(graph.name): \(outputs.count) layers, \(codes.count) inputs, \(differing) of \(count) codes differ")
  }

  @Test(arguments: ["digits-conv", "digits-dense"]) func shippedModel_equalsLiteRTInEveryLayer(name: String) throws {
    let (fixture, codes) = try ParityFixture.read(Files.parity.appendingPathComponent(name))
    #expect(fixture.inputs >= 10)
    try check(Files.demo.appendingPathComponent("\(name).tflite"), fixture, codes)
  }

  /// Options that the shipped models do not use: dilation, depth multiplier, pooling with padding, PAD, MEAN, an
  /// addition of two scales, one scale for all channels, an absent bias, every fused activation. `structure`: float ends,
  /// splits, slices, transposes, concatenations, rescaling, a net over time.
  @Test(arguments: ["zoo1", "zoo2", "elementwise", "structure"]) func everyOperation_equalsLiteRTInEveryLayer(name: String) throws {
    let base = Files.parity.appendingPathComponent(name)
    let (fixture, codes) = try ParityFixture.read(base)
    try check(base.appendingPathExtension("tflite"), fixture, codes)
  }

  // Models made by others: their last layer from golden files, and every layer where LiteRT is at hand.

  private static let goldenInputLimit = 4
  /// Random inputs beside the golden ones.
  private static let ownInputs = 10
  private static let needsShared = "no shared/models beside the project: set FIELDTUNE_SHARED to its folder"
  private static let python = ProcessInfo.processInfo.environment["FIELDTUNE_LITERT_PYTHON"]
  private static let needsPython = "set FIELDTUNE_LITERT_PYTHON to a Python that has ai-edge-litert 2.3.0"

  /// Path, and which golden outputs: LiteRT refuses `person_detect` as it stands (`litert_fixtures.py` corrects it).
  private static let models = [
    ("mlperf_tiny/vww_96_int8", "outputs_litert_ref.bin"), ("mlperf_tiny/kws_ref_model", "outputs_litert_ref.bin"),
    ("mlperf_tiny/pretrainedResnet_quant", "outputs_litert_ref.bin"),
    ("mlperf_tiny/ad01_int8", "outputs_litert_ref.bin"),
    ("tflm/person_detect", "outputs_tflm.bin"), ("tflm/micro_speech_quantized", "outputs_litert_ref.bin"),
    ("tflm/hello_world_int8", "outputs_litert_ref.bin"),
    ("tiny_training/mcunet-5fps-imagenet1000", "outputs_litert_ref.npy"),
    ("tiny_training/mcunet-5fps-10c-seeded", "outputs_litert_ref.npy"),
    ("tiny_training/mbv2-w0.35-imagenet1000", "outputs_litert_ref.npy"),
    ("tiny_training/mbv2-w0.35-10c-seeded", "outputs_litert_ref.npy"),
  ]

  private func golden(_ path: String) throws -> URL {
    let name = URL(fileURLWithPath: path).lastPathComponent
    return try #require(Files.sharedModels).appendingPathComponent("golden/\(name)")
  }

  /// As the model takes them: int8 codes, float for `vww_80`.
  private func inputs(_ path: String) throws -> URL {
    let folder = try golden(path)
    let plain = folder.appendingPathComponent("inputs.bin")
    return FileManager.default.fileExists(atPath: plain.path) ? plain : folder.appendingPathComponent("inputs.npy")
  }

  @Test(.enabled(if: Files.sharedModels != nil, Comment(rawValue: needsShared)), arguments: models)
  func sharedModel_equalsGoldenOutputs(path: String, outputs: String) throws {
    let model = try #require(Files.sharedModels).appendingPathComponent("\(path).tflite")
    let interpreter = try TrainingStepInterpreter(graph: ModelImporter.graph(of: model))
    let inputs = try Files.codes(inputs(path))
    let expected = try Files.codes(golden(path).appendingPathComponent(outputs))
    let count = inputs.count / interpreter.inputCount
    #expect(expected.count == count * interpreter.classCount)
    for number in 0..<min(count, Self.goldenInputLimit) {
      let sample = inputs[number * interpreter.inputCount..<(number + 1) * interpreter.inputCount]
      let result = expected[number * interpreter.classCount..<(number + 1) * interpreter.classCount]
      #expect(interpreter.infer(input: Array(sample)).output == Array(result), "input \(number)")
    }
  }

  @Test(
    .enabled(if: Files.sharedModels != nil, Comment(rawValue: needsShared)),
    .enabled(if: python != nil, Comment(rawValue: needsPython)), arguments: models.map(\.0) + ["tinyengine/vww_80"])
  func sharedModel_equalsLiteRTInEveryLayer(path: String) throws {
    let model = try #require(Files.sharedModels).appendingPathComponent("\(path).tflite")
    let base = FileManager.default.temporaryDirectory.appendingPathComponent("parity-\(UUID().uuidString)")
    defer {
      for suffix in ["json", "bin"] {
        do { try FileManager.default.removeItem(at: base.appendingPathExtension(suffix)) } catch { Issue.record(error) }
      }
    }
    try runLiteRT(model, inputs(path), base)
    let (fixture, codes) = try ParityFixture.read(base)
    #expect(codes.count > Self.ownInputs)
    try check(model, fixture, codes)
  }

  private func runLiteRT(_ model: URL, _ inputs: URL, _ out: URL) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    let script = Files.root.appendingPathComponent("Tools/DemoModel/litert_fixtures.py")
    process.arguments = [script.path, model.path, inputs.path, out.path, "\(Self.ownInputs)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(script.lastPathComponent) failed on \(model.lastPathComponent)")
  }
}
