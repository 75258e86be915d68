/// A sample that came in, and the way to tell its sender what became of it.
package struct LiveArrival: Sendable {
  package enum Fate: Sendable {
    /// It is safe with the reader.
    case accepted
    /// It was given up for a newer one.
    case dropped
  }

  package let sample: LiveSample
  private let tell: @Sendable (Fate) -> Void

  init(sample: LiveSample, tell: @escaping @Sendable (Fate) -> Void) {
    self.sample = sample
    self.tell = tell
  }

  /// To be called once the sample is safe; its sender waits for it.
  package func accept() { tell(.accepted) }

  func drop() { tell(.dropped) }
}
