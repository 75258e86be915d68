/// Names a tensor within one graph. An index into `Graph.tensors`, kept apart from other integers.
package struct TensorID: Hashable, Comparable, Sendable, Codable {
  package let index: Int

  package init(_ index: Int) { self.index = index }

  package static func < (left: TensorID, right: TensorID) -> Bool { left.index < right.index }

  package init(from decoder: any Decoder) throws {
    index = try decoder.singleValueContainer().decode(Int.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(index)
  }
}
