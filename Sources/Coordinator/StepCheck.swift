import Telemetry
import WireProtocol

/// Whether what a device says of a sample can be true.
///
/// A device that answers nonsense is not trained on: its state would be worth nothing, and nothing would show it.
struct StepCheck {
  private struct Row {
    let what: String
    let found: String
    let expected: String
    let holds: Bool
  }

  /// Losses round; what lies further below 0 is none.
  private static let leastLossQ16: Int32 = -655

  private var number: UInt64
  let device: String
  let classCount: Int
  private var trainingStep: UInt32 = 0

  init(number: UInt64, device: String, classCount: Int) {
    self.number = number
    self.device = device
    self.classCount = classCount
  }

  /// A new connection's device may stand anywhere.
  mutating func begin(_ number: UInt64) {
    self.number = number
    trainingStep = 0
  }

  /// - Parameters:
  ///   - sample: what was sent under the record's index.
  ///   - sent: indices that were sent and may be answered.
  mutating func verify(_ step: Wire.Step, of sample: PlannedSample?, sent: Range<Int>) throws(CoordinatorError) {
    let isTraining = step.mode == .train
    let rows = [
      Row(what: "run", found: "\(step.run)", expected: "\(number)", holds: step.run == number),
      Row(
        what: "index", found: "\(step.index)", expected: sent.isEmpty ? "none" : "\(sent.lowerBound) to \(sent.upperBound - 1)",
        holds: sample != nil && Int(step.index) < sent.upperBound),
      Row(
        what: "mode", found: "\(step.mode)", expected: "\(sample.map { "\($0.mode)" } ?? "")",
        holds: sample.map { ($0.mode == .train) == isTraining } ?? false),
      Row(
        what: "loss", found: "\(Double(step.lossQ16) / 65536)", expected: "0 or more",
        holds: step.lossQ16 >= Self.leastLossQ16),
      Row(
        what: "prediction", found: "\(step.prediction)", expected: "0 to \(max(classCount, 1) - 1)",
        holds: Int(step.prediction) < max(classCount, 1)),
      Row(
        what: "training steps", found: "\(step.trainingStep)", expected: "\(trainingStep) or more",
        holds: step.trainingStep >= trainingStep),
    ]
    for row in rows where !row.holds {
      throw .untrue(
        device: device, position: Int(step.index), what: row.what, found: row.found, expected: row.expected)
    }
    // A record out of the device's ring tells of then, not of now.
    if step.flags & Wire.Step.repeatFlag == 0 { trainingStep = step.trainingStep }
  }

  /// Compares a step done once more, after a restore, with the first time: the arithmetic is exact, so they are equal.
  static func verify(_ again: StepRecord, repeats first: StepRecord, device: String) throws(CoordinatorError) {
    let rows = [
      ("loss", "\(again.loss)", "\(first.loss)"), ("prediction", "\(again.prediction)", "\(first.prediction)"),
      ("saturated", "\(again.saturated)", "\(first.saturated)"), ("unchanged", "\(again.unchanged)", "\(first.unchanged)"),
    ]
    for (what, found, expected) in rows where found != expected {
      throw .untrue(
        device: device, position: again.position, what: "\(what) of a step done again", found: found, expected: expected)
    }
  }
}

extension Wire.Step {
  /// Bit 1 of `flags`: answered from the ring of records.
  static let repeatFlag: UInt8 = 2
  /// Bit 0 of `flags`: `digest` is present.
  static let digestFlag: UInt8 = 1
}
