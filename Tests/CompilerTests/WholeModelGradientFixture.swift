import Foundation

/// Gradients of a whole model's loss as PyTorch computes them in float64. Written by
/// Tools/Gradients/torch_gradients.py, which describes the format.
struct WholeModelGradientFixture {
  struct Index: Decodable {
    let model: String
    let layers: [Layer]
    let samples: [Sample]
  }

  /// Element counts of the layer's parameters; `bias` is 0 where it has none.
  struct Layer: Decodable {
    let name: String
    let weights: Int
    let bias: Int
  }

  struct Sample: Decodable {
    let label: Int
    let input: [Int8]
    /// Output codes of the classifier, before the softmax.
    let logits: [Int8]
  }

  let index: Index
  let model: [UInt8]
  /// For each sample, all gradients in the order of `index.layers`, weights before bias.
  let gradients: [[Double]]

  /// - Parameters:
  ///   - base: path of the fixture without extension.
  ///   - models: folder with the model that the fixture names.
  init(_ base: URL, models: URL) throws {
    index = try JSONDecoder().decode(Index.self, from: Data(contentsOf: base.appendingPathExtension("json")))
    model = [UInt8](try Data(contentsOf: models.appending(path: index.model)))
    let values = Self.values(ofNPY: [UInt8](try Data(contentsOf: base.appendingPathExtension("npy"))))
    let count = index.layers.reduce(0) { $0 + $1.weights + $1.bias }
    precondition(values.count == count * index.samples.count, "\(base.lastPathComponent).npy: \(values.count) values")
    gradients = index.samples.indices.map { Array(values[$0 * count..<($0 + 1) * count]) }
  }

  /// Little-endian float16 or float32 behind a header of version 1.
  private static func values(ofNPY bytes: [UInt8]) -> [Double] {
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    let header = String(decoding: bytes[..<start], as: UTF8.self)
    func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
    if header.contains("'<f2'") {
      return stride(from: start, to: bytes.count, by: 2).map { Double(Float16(bitPattern: word($0))) }
    }
    precondition(header.contains("'<f4'"), "expected an array of float16 or float32")
    return stride(from: start, to: bytes.count, by: 4).map {
      Double(Float(bitPattern: UInt32(word($0)) | UInt32(word($0 + 2)) << 16))
    }
  }
}
