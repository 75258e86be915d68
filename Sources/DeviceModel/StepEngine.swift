import Interpreter
import WireProtocol

/// What computes the training steps of a device: the Swift twin of `struct step_model`
/// (Firmware/runtime/step.h).
///
/// Invariants:
/// - The training state is exactly the bytes of the segments, in order; nothing else survives from
///   one step to the next. Segment 0 is the header: u32 step, u32 seed, little endian.
/// - The caller checks: an input has `inputBytes` codes, a label is below `classCount`, a target has `targetBytes / 2`
///   values, and without velocities every update applies and has no momentum.
package protocol StepEngine {
  var inputBytes: Int { get }
  /// Of a target's values.
  var targetBytes: Int { get }
  var classCount: Int { get }
  /// Segments in digest order.
  var segments: [Wire.SegmentInfo] { get }

  /// Initial weights, ranges empty, step 0, the given seed.
  mutating func reset(seed: UInt32)
  /// Forward, backward, update.
  mutating func train(_ input: [Int8], target: StepTarget, update: StepUpdate) -> StepResult
  /// Forward and loss; the training state stays as it is.
  mutating func evaluate(_ input: [Int8], target: StepTarget) -> StepResult
  /// Forward only: `lossQ16` is 0.
  mutating func infer(_ input: [Int8]) -> StepResult

  /// The bytes of one segment, little endian.
  func bytes(ofSegment index: Int) -> [UInt8]
  /// Overwrites bytes of one segment; the range lies inside of it.
  mutating func write(_ bytes: [UInt8], at offset: Int, toSegment index: Int)
}

/// What one step found.
package struct StepResult: Hashable, Sendable {
  /// In the loss's unit, 16 fraction bits.
  package var lossQ16: Int32
  /// Index of the largest output code, the lowest such index.
  package var prediction: Int
  /// Output codes.
  package var output: [Int8]
  /// Weights that met the end of their range.
  package var saturated: Int
  /// Trained parameters whose update rounded to zero.
  package var unchanged: Int
  /// Time by phase, in ticks of the device's counter.
  package var ticks: PhaseTicks

  package init(
    lossQ16: Int32, prediction: Int, output: [Int8], saturated: Int = 0, unchanged: Int = 0,
    ticks: PhaseTicks = PhaseTicks()
  ) {
    self.lossQ16 = lossQ16
    self.prediction = prediction
    self.output = output
    self.saturated = saturated
    self.unchanged = unchanged
    self.ticks = ticks
  }
}

/// Time of one step by phase, in ticks of the device's counter.
package struct PhaseTicks: Hashable, Sendable {
  package var forward: UInt32
  package var backward: UInt32
  package var update: UInt32

  package init(forward: UInt32 = 0, backward: UInt32 = 0, update: UInt32 = 0) {
    self.forward = forward
    self.backward = backward
    self.update = update
  }
}
