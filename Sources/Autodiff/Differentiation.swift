import GraphIR

extension Graph {
  /// The training graph of a forward graph whose head was split off: forward, loss, backward, updates.
  ///
  /// - Parameter errorBits: most mantissa bits of an error tensor, 4...15. 15 by measurement
  ///   (Documentation/decisions/0002-error-format.md); less is for studies.
  /// - Throws: `GraphError` when a trained layer's output passes through an operation without gradient.
  package func differentiated(errorBits: Int = 15) throws -> Graph {
    var reverse = ReverseMode(self)
    var graph = try reverse.run()
    try graph.boundErrorBits(maximum: errorBits)
    graph.estimateInitialExponents()
    return graph
  }
}
