import Foundation

/// How the learning rate goes over a run.
package struct LearningRateSchedule: Hashable, Sendable, Codable {
  package enum Shape: String, Hashable, Sendable, Codable, CaseIterable {
    /// The peak rate at every step after the warm-up.
    case constant
    /// From the peak to 0 along half a cosine (Loshchilov & Hutter, arXiv 1608.03983, eq. 5, no restarts).
    case cosine
  }

  package var shape: Shape
  package var peak: Double
  /// Steps over which the rate rises in equal parts to the peak.
  package var warmUpSteps: Int

  package init(shape: Shape, peak: Double, warmUpSteps: Int) {
    self.shape = shape
    self.peak = peak
    self.warmUpSteps = warmUpSteps
  }

  /// The rate of training step `step` (from 0) of `stepCount`.
  package func rate(at step: Int, of stepCount: Int) -> LearningRate {
    if step < warmUpSteps {
      return LearningRate(peak * Double(step + 1) / Double(warmUpSteps))
    }
    switch shape {
    case .constant:
      return LearningRate(peak)
    case .cosine:
      let progress = Double(step - warmUpSteps) / Double(max(1, stepCount - warmUpSteps))
      return LearningRate(peak * max(0, 0.5 * (1 + cos(.pi * progress))))
    }
  }
}
