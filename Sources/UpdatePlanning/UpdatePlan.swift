import Foundation
import GraphIR

/// What a user asks to be trained: a preset, or the contents of a plan file.
///
/// Layers are counted as they stand in the model, layers with weights only, from 0 (so convolutions keep
/// the numbers of Lin et al., arXiv 2206.15472, table 8), or named by the output tensor they make.
package enum UpdatePlan: Hashable, Sendable {
  /// Nothing learns: inference and evaluation only.
  case none
  /// Weights and bias of the classifier.
  case lastLayer
  /// Every bias and no weights.
  case biasOnly
  /// Everything.
  case full
  case sparse(SparsePlan)

  /// The preset of this name, as on the command line; nil for everything else.
  package init?(preset name: String) {
    switch name {
    case "none": self = .none
    case "last-layer": self = .lastLayer
    case "bias-only": self = .biasOnly
    case "full": self = .full
    default: return nil
    }
  }

  package static let presetNames = ["none", "last-layer", "bias-only", "full"]
}

/// A plan file: which biases, which layers' weights, and how many of their channels.
package struct SparsePlan: Hashable, Sendable, Codable {
  /// Version of the file format.
  package var schema: Int
  package var biases: Biases?
  package var weights: [WeightUpdate]?
  /// Whether the classifier learns whole, whatever else is listed. Default: true.
  package var classifier: Bool?
  /// Where trained weights keep what their codes cannot hold. Default: `residual`.
  package var storage: WeightStorage?
  /// Whether trained parameters have a velocity, for momentum and batches. Default: false.
  package var velocity: Bool?

  package enum Biases: Hashable, Sendable, Codable {
    /// The biases of the last N layers, the classifier not counted.
    case last(Int)
    case layers([LayerReference])

    package init(from decoder: any Decoder) throws {
      if let container = try? decoder.container(keyedBy: AnyKey.self) {
        try container.expect(["last"])
        self = .last(try container.decode(Int.self, forKey: AnyKey("last")))
      } else {
        self = .layers(try decoder.singleValueContainer().decode([LayerReference].self))
      }
    }

    package func encode(to encoder: any Encoder) throws {
      switch self {
      case .layers(let layers):
        var container = encoder.singleValueContainer()
        try container.encode(layers)
      case .last(let count):
        var container = encoder.container(keyedBy: AnyKey.self)
        try container.encode(count, forKey: AnyKey("last"))
      }
    }
  }

  package struct WeightUpdate: Hashable, Sendable, Codable {
    package var layer: LayerReference
    /// Share of the input channels (depthwise: channels) that learn. Default: 1.
    package var ratio: Double?
    /// Which ones. Default: the first.
    package var channels: ChannelChoice?

    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: AnyKey.self)
      try container.expect(["layer", "ratio", "channels"])
      layer = try container.decode(LayerReference.self, forKey: AnyKey("layer"))
      ratio = try container.decodeIfPresent(Double.self, forKey: AnyKey("ratio"))
      channels = try container.choice("channels")
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    try container.expect(["schema", "biases", "weights", "classifier", "storage", "velocity"])
    schema = try container.decode(Int.self, forKey: AnyKey("schema"))
    biases = try container.decodeIfPresent(Biases.self, forKey: AnyKey("biases"))
    weights = try container.decodeIfPresent([WeightUpdate].self, forKey: AnyKey("weights"))
    classifier = try container.decodeIfPresent(Bool.self, forKey: AnyKey("classifier"))
    storage = try container.choice("storage")
    velocity = try container.decodeIfPresent(Bool.self, forKey: AnyKey("velocity"))
  }

  /// - Throws: `UpdatePlanError` with the file's name and what is wrong in it.
  package init(json: Data, fileName: String) throws {
    do {
      self = try JSONDecoder().decode(SparsePlan.self, from: json)
    } catch let error as DecodingError {
      throw UpdatePlanError("\(fileName): \(Self.sentence(error))")
    }
    guard schema == 1 else {
      throw UpdatePlanError("\(fileName): schema: found \(schema), expected 1")
    }
  }

  private static func sentence(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      return "\(place(context.codingPath)): found no '\(key.stringValue)', expected one"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return "\(place(context.codingPath)): \(context.debugDescription)"
    @unknown default:
      return "not a plan file"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    guard !path.isEmpty else { return "the plan" }
    return path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }
}

/// A layer by number or by name.
package enum LayerReference: Hashable, Sendable, Codable, CustomStringConvertible {
  case index(Int)
  case name(String)

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let index = try? container.decode(Int.self) {
      self = .index(index)
    } else {
      self = .name(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .index(let index): try container.encode(index)
    case .name(let name): try container.encode(name)
    }
  }

  package var description: String {
    switch self {
    case .index(let index): "\(index)"
    case .name(let name): "'\(name)'"
    }
  }
}

/// Any key, so that those a plan does not know can be named.
private struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<AnyKey> {
  /// One of the names of `Choice`; nil where the key is absent.
  fileprivate func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) throws -> Choice? {
    try decodeIfPresent(String.self, forKey: AnyKey(key)).map { name in
      guard let choice = Choice(rawValue: name) else {
        throw DecodingError.dataCorruptedError(
          forKey: AnyKey(key), in: self,
          debugDescription: "found '\(name)', expected \(Choice.allCases.map(\.rawValue).joined(separator: " or "))")
      }
      return choice
    }
  }

  fileprivate func expect(_ known: [String]) throws {
    guard let unknown = allKeys.map(\.stringValue).filter({ !known.contains($0) }).min() else { return }
    throw DecodingError.dataCorrupted(
      .init(codingPath: codingPath, debugDescription: "found the key '\(unknown)', expected one of \(known.joined(separator: ", "))"))
  }
}

/// What is wrong with a plan, as one sentence.
package struct UpdatePlanError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
