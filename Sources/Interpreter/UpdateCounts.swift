/// What became of a layer's updates.
struct UpdateCounts: Hashable, Sendable {
  /// Parameters that met the end of their range.
  var saturated: UInt64 = 0
  /// Parameters with a gradient whose update rounded to zero.
  var unchanged: UInt64 = 0

  mutating func add(_ now: UpdateCounts, since before: UpdateCounts) {
    saturated += now.saturated - before.saturated
    unchanged += now.unchanged - before.unchanged
  }
}

extension UpdateCounts {
  /// Those of the step so far.
  init(_ context: StepContext) {
    self.init(saturated: UInt64(context.saturated), unchanged: UInt64(context.unchanged))
  }
}
