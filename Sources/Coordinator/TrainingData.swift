import ArtifactManifest
import Telemetry

/// What a run learns from and what it is measured on.
package struct TrainingData: Hashable, Sendable, Codable {
  package let training: SampleSet
  /// No samples where nothing is measured.
  package let evaluation: SampleSet

  package init(training: SampleSet, evaluation: SampleSet) {
    self.training = training
    self.evaluation = evaluation
  }

  /// Sixteen hexadecimal digits: a resumed run must meet the same samples in the same order.
  package var digest: String {
    var digest = Digest64()
    training.update(&digest)
    evaluation.update(&digest)
    return digest.hex
  }

  func set(for mode: StepRecord.Mode) -> SampleSet {
    switch mode {
    case .train: training
    case .evaluate: evaluation
    }
  }
}
