import Foundation
import GraphIR
import ModelImport
import Testing

/// Models made by others, which are not part of the project.
@Suite(
  .enabled(if: Files.sharedModels != nil, "no shared/models beside the project: set FIELDTUNE_SHARED to its folder"))
struct SharedModelTests {
  private static let imported = [
    ("tinyengine/vww_80", nil), ("mlperf_tiny/vww_96_int8", "vww_96_int8"), ("mlperf_tiny/kws_ref_model", "kws_ref_model"),
    ("mlperf_tiny/pretrainedResnet_quant", "pretrainedResnet_quant"), ("mlperf_tiny/ad01_int8", "ad01_int8"),
    ("tflm/person_detect", "person_detect"), ("tflm/micro_speech_quantized", "micro_speech_quantized"),
    ("tflm/hello_world_int8", "hello_world_int8"), ("tiny_training/mcunet-5fps-imagenet1000", nil),
    ("tiny_training/mcunet-5fps-10c-seeded", nil), ("tiny_training/mbv2-w0.35-imagenet1000", nil),
    ("tiny_training/mbv2-w0.35-10c-seeded", nil),
  ]

  private static let refused = [
    ("mlperf_tiny/ad01_fp32", "found FLOAT32, expected INT8; quantize the model to int8 throughout"),
    ("mlperf_tiny/vww_96_float", "found FLOAT32, expected INT8"),
    ("mlperf_tiny/pretrainedResnet", "found FLOAT32, expected INT8"),
    ("mlperf_tiny/kws_ref_model_float32", "found FLOAT32, expected INT8"),
    ("tflm/trained_lstm_int8", "found UNIDIRECTIONAL_SEQUENCE_LSTM, which is not supported"),
    (
      "coral/mobilenet_v1_0.25_128_quant",
      "found UINT8 weights with zero point 157, -156...98 steps of real zero, expected INT8 weights with zero point 0"
    ),
  ]

  private func file(_ name: String) throws -> URL {
    try #require(Files.sharedModels).appendingPathComponent("\(name).tflite")
  }

  private func operationName(_ kind: OperationKind) -> String {
    switch kind {
    case .conv2D: "CONV_2D"
    case .depthwiseConv2D: "DEPTHWISE_CONV_2D"
    case .fullyConnected: "FULLY_CONNECTED"
    case .add: "ADD"
    case .averagePool2D: "AVERAGE_POOL_2D"
    case .maxPool2D: "MAX_POOL_2D"
    case .mean: "MEAN"
    case .pad: "PAD"
    case .reshape: "RESHAPE"
    case .softmax: "SOFTMAX"
    default: String(describing: kind)
    }
  }

  /// Operation names of `ops/NAME.txt`: lines that begin with an index.
  private func listedOperations(_ name: String) throws -> [String] {
    let list = try #require(Files.sharedModels).appendingPathComponent("ops/\(name).txt")
    return try String(contentsOf: list, encoding: .utf8).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, Int(words[0]) != nil else { return nil }
      return String(words[1])
    }
  }

  @Test(arguments: imported) func coveredModel_importsEveryOperation(name: String, list: String?) throws {
    let graph = try ModelImporter.graph(of: file(name))
    let operations = graph.operations.map { operationName($0.kind) }
    #expect(!operations.isEmpty)
    if let list { #expect(operations == (try listedOperations(list))) }
    #expect(graph.layers.count == graph.operations.count { $0.kind.isLayer })
  }

  @Test(arguments: refused) func uncoveredModel_isRefusedBySentence(name: String, sentence: String) throws {
    let error = #expect(throws: ImportError.self) { try ModelImporter.graph(of: file(name)) }
    #expect(error?.kind == .unsupported)
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func everyModel_isInOneOfTheTables() throws {
    let folder = try #require(Files.sharedModels)
    let known = Set(Self.imported.map(\.0) + Self.refused.map(\.0))
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
      .compactMap { ($0 as? URL).map(\.path) }.filter { $0.hasSuffix(".tflite") }
      .map { String($0.dropFirst(folder.path.count + 1).dropLast(".tflite".count)) }
    #expect(Set(found ?? []) == known)
  }

  @Test(arguments: imported)
  func truncation_isRefused(name: String, list _: String?) throws {
    let whole = try Files.bytes(file(name))
    let seed = UInt64.random(in: 0...UInt64.max)
    print("truncation_isRefused(\(name)): seed \(seed)")
    var random = SplitMix(seed: seed)
    // Zeros at the end may be padding, which nothing misses.
    let end = try #require(whole.lastIndex { $0 != 0 })
    let last = end - 64...end
    let counts = Array(0..<200) + last + (0..<100).map { _ in Int.random(in: 0..<end, using: &random) }
    let accepted = try counts.filter { try Files.imports(Array(whole.prefix($0))) }
    #expect(accepted == [], "seed \(seed)")
  }
}
