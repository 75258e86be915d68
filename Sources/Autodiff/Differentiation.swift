import GraphIR

extension Graph {
  /// The training graph of a forward graph whose head was split off: forward, loss, backward, updates.
  ///
  /// - Parameters:
  ///   - loss: what the head was split for.
  ///   - errorBits: most mantissa bits of an error tensor, 4...15. 15 by measurement
  ///     (Documentation/decisions/0002-error-format.md); less is for studies.
  ///   - rule: how trained parameters take their steps.
  /// - Throws: `GraphError` when a trained layer's output passes through an operation without gradient.
  package func differentiated(loss: Loss, errorBits: Int = 15, rule: UpdateRule = UpdateRule()) throws -> Graph {
    var reverse = ReverseMode(self, loss, rule)
    var graph = try reverse.run()
    try graph.boundErrorBits(maximum: errorBits)
    graph.estimateInitialExponents()
    return graph
  }
}
