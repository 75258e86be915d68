/// What the loss compares the output of a sample with.
package struct StepTarget: Hashable, Sendable {
  /// The true class; 0 where there is none.
  package var label: Int
  /// `Graph.targetCount` numbers: Q14 probabilities, or output codes with 8 fraction bits. Empty where the loss takes a
  /// class alone or makes its target of the sample.
  package var values: [Int16]

  package init(label: Int = 0, values: [Int16] = []) {
    self.label = label
    self.values = values
  }
}
