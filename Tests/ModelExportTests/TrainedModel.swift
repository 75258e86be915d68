import ArtifactManifest
import Foundation
import GraphIR
import ModelImport

/// A shipped model with the manifest of a plan that trains some of its layers, and the state before any step.
struct TrainedModel {
  static let biasFractionBits = 3
  private static let demo = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Tools/Demo")

  let file: [UInt8]
  var manifest: ArtifactManifest
  var state: [UInt8]

  /// - Parameter trained: channels of each layer's rows that are trained; the whole row where nil.
  init(_ name: String, trainedChannels: Int? = nil) throws {
    file = [UInt8](try Data(contentsOf: Self.demo.appendingPathComponent("\(name).tflite")))
    let graph = try ModelImporter.graph(of: file, name: name)
    var (biases, weights) = ([UInt8](), [UInt8]())
    var tensors: [ArtifactManifest.TrainedTensor] = []
    for operation in graph.operations {
      guard let index = operation.layer, let bias = graph.layers[index].bias else { continue }
      let layer = graph.layers[index]
      tensors.append(Self.bias(bias, layer.name, segmentOffset: biases.count))
      biases += Self.padded(Self.biasState(file, bias))
      let channels = graph[operation.inputs[1]].shape.last ?? 1
      let trained = min(trainedChannels ?? channels, channels)
      tensors.append(Self.weights(layer.weights, layer.name, channels, trained, segmentOffset: weights.count))
      weights += Self.padded(Self.weightState(file, layer.weights, channels, trained))
    }
    state = [UInt8](repeating: 0, count: 8) + biases + weights + weights.map { _ in 0 }
    manifest = Self.manifest(name, file, tensors, biases: biases.count, weights: weights.count)
  }

  private static func bias(_ tensor: FileTensor, _ layer: String, segmentOffset: Int) -> ArtifactManifest.TrainedTensor
  {
    ArtifactManifest.TrainedTensor(
      kind: .bias, name: tensor.name, layer: layer, rows: 1, channels: tensor.dataBytes / 4,
      trainedChannels: tensor.dataBytes / 4, fractionBits: biasFractionBits, segmentOffset: segmentOffset,
      fileOffset: tensor.dataOffset, fileBytes: tensor.dataBytes)
  }

  private static func weights(
    _ tensor: FileTensor, _ layer: String, _ channels: Int, _ trained: Int, segmentOffset: Int
  ) -> ArtifactManifest.TrainedTensor {
    ArtifactManifest.TrainedTensor(
      kind: .weights, name: tensor.name, layer: layer, rows: tensor.dataBytes / channels, channels: channels,
      trainedChannels: trained, fractionBits: 0, segmentOffset: segmentOffset, fileOffset: tensor.dataOffset,
      fileBytes: tensor.dataBytes)
  }

  private static func biasState(_ file: [UInt8], _ tensor: FileTensor) -> [UInt8] {
    stride(from: tensor.dataOffset, to: tensor.dataOffset + tensor.dataBytes, by: 4).flatMap { start in
      let code = Int32(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(file[start + $1]) << UInt32(8 * $1) })
      return bytes(code << Int32(biasFractionBits))
    }
  }

  static func bytes(_ code: Int32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: code >> Int32(8 * $0)) } }

  private static func weightState(_ file: [UInt8], _ tensor: FileTensor, _ channels: Int, _ trained: Int) -> [UInt8] {
    stride(from: tensor.dataOffset, to: tensor.dataOffset + tensor.dataBytes, by: channels)
      .flatMap { file[$0..<$0 + trained] }
  }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
  }

  private static func manifest(
    _ name: String, _ file: [UInt8], _ tensors: [ArtifactManifest.TrainedTensor], biases: Int, weights: Int
  ) -> ArtifactManifest {
    let none = HexDigest(0)
    return ArtifactManifest(
      name: name, files: .init(model: "model.tflite", graph: "graph.json", graphData: "graph.bin", sources: []),
      hashes: .init(model: HexDigest(Digest64(file).value), plan: none, semantics: none, layout: none),
      input: .init(shape: [1, 64], bytes: 64, scale: 1, zeroPoint: 0),
      output: .init(classCount: 10, scale: 1, zeroPoint: 0), loss: .init(kind: .crossEntropy, targetBytes: 0),
      updatePlan: "full",
      segments: [
        .init(kind: .header, bytes: 8), .init(kind: .biases, bytes: biases), .init(kind: .weights, bytes: weights),
        .init(kind: .residuals, bytes: weights),
      ], trainedTensors: tensors,
      memory: .init(
        arenaBytes: 0, arenaLowerBoundBytes: 0, stateBytes: 0, stackBytes: 0, linkBytes: 0,
        sampleSlots: 0, sampleSlotBytes: 0, flashBytes: 0),
      macs: .init(forward: 0, backward: 0),
      golden: .init(input: "", label: 0, target: "", rateMantissa: 0, rateShift: 0, lossQ16: 0, digest: none), board: "host")
  }

  var weightsStart: Int { state.count - 2 * (manifest.segments.last?.bytes ?? 0) }
  var biasesStart: Int { manifest.segments.first?.bytes ?? 0 }
}
