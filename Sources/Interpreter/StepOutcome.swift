/// What one pass over a sample found.
package struct StepOutcome: Hashable, Sendable {
  /// In the loss's unit, 16 fraction bits; 0 for `infer`.
  package var lossQ16: Int32
  /// Index of the largest output code, the lowest such index.
  package var prediction: Int
  /// Output codes of the model.
  package var output: [Int8]
  /// Trained parameters that met the end of their range in this step.
  package var saturated: Int
  /// Trained parameters with a gradient whose update rounded to zero.
  package var unchanged: Int
  /// Wall time by phase.
  package var time: PhaseTime
}

/// Wall time of one step by phase, in nanoseconds. No part of the semantics: two equal steps differ in it.
package struct PhaseTime: Hashable, Sendable {
  package var forward: Int64 = 0
  package var backward: Int64 = 0
  package var update: Int64 = 0
}
