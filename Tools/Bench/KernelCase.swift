import GraphIR
import UpdatePlanning

/// A kernel at one shape, in a network just large enough to call it: stem, the layer `k`, classifier. The stem's
/// bias learns, so the gradient of k's input exists.
struct KernelCase: Sendable {
  /// Where the weights of `k` lie: in flash, as the compiler packs them, or in SRAM, where they learn.
  enum Plane: String, Sendable { case frozen, trained }

  /// What is counted of the network.
  struct Measure: Sendable {
    /// Of the operation that is counted.
    var operation: String
    var title: String
    /// Most instructions per unit that we allow ourselves; nil: none is set.
    var bar: Double?
    /// What others take, as the anchors page has it.
    var peers = ""
  }

  /// `pointwise 24×24, 32→64`.
  var name: String
  /// Height, width and channels of what `k` reads.
  var input: [Int]
  var plane: Plane = .frozen
  var layer: @Sendable (inout Network, TensorID) -> TensorID
  var measures: [Measure]

  func graph() -> Graph {
    var network = Network(name: name, input: [1, input[0], input[1], 1])
    let stem = network.conv("stem", network.input, outputs: input[2], kernel: 1)
    let output = layer(&network, stem)
    return network.classified(network.dense("head", network.flat(output), outputs: 10, relu: false))
  }

  func plan() throws -> UpdatePlan {
    let weights = plane == .trained ? #", "weights": [{"layer": "k"}]"# : ""
    let json = #"{"schema": 1, "biases": ["stem"], "classifier": false\#(weights)}"#
    return .sparse(try SparsePlan(json: .init(json.utf8), fileName: name))
  }
}
