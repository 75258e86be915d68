import Foundation

/// What a client asks of a run, artifact and data aside.
package struct TrainRequest: Hashable, Sendable, Codable {
  package var device: DeviceReference
  /// What the user calls the device; `device` in the records.
  package var deviceName: String
  /// Bits per second of a port; `nil` for the daemon's default.
  package var baud: Int?
  /// Ignored for a resumed run, which keeps the plan it began with.
  package var plan: TrainingPlan
  /// What the user wrote for the data.
  package var dataSource: String
  /// Where the training samples come from; `nil` where they are uploaded.
  package var live: LiveRequest?
  /// A run to take up instead of beginning one.
  package var resume: Int64?
  /// Training steps from one time the device keeps its state to the next; `nil` for never.
  package var keepSteps: Int?

  package init(
    device: DeviceReference, deviceName: String, baud: Int? = nil, plan: TrainingPlan, dataSource: String,
    live: LiveRequest? = nil, resume: Int64? = nil, keepSteps: Int? = nil
  ) {
    self.device = device
    self.deviceName = deviceName
    self.baud = baud
    self.plan = plan
    self.dataSource = dataSource
    self.live = live
    self.resume = resume
    self.keepSteps = keepSteps
  }

  /// As the store keeps it.
  package func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  package init(text: String) throws {
    self = try JSONDecoder().decode(TrainRequest.self, from: Data(text.utf8))
  }

  /// - Throws: `ControlFailure` for numbers no plan of ours would have: they come from outside.
  package func verify(for data: TrainingData) throws(ControlFailure) {
    let rows: [(String, Int, ClosedRange<Int>)] = [
      ("trainingSamples", plan.trainingSamples, 1...(plan.isLive ? 1_000_000_000 : max(1, data.training.count))),
      ("evaluationSamples", plan.evaluationSamples, 0...data.evaluation.count),
      ("steps", plan.steps, 0...1_000_000_000),
      ("checkpointSteps", plan.checkpointSteps, 1...1_000_000_000),
      ("schedule.warmUpSteps", plan.schedule.warmUpSteps, 0...1_000_000_000),
      ("keepSteps", keepSteps ?? 1, 1...1_000_000_000),
      ("baud", baud ?? 9600, 1200...12_000_000),
    ]
    for (what, found, expected) in rows where !expected.contains(found) {
      throw ControlFailure(
        .request, "request 'train': \(what): found \(found), expected \(expected.lowerBound) to \(expected.upperBound)")
    }
    guard plan.isLive == (live != nil), live?.path.hasPrefix("/") != false else {
      throw ControlFailure(
        .request,
        "request 'train': live: found \(live?.path ?? "none"), expected "
          + (plan.isLive ? "the absolute path of a socket" : "none for a plan of uploaded samples"))
    }
    guard plan.share == nil else {
      throw ControlFailure(.request, "request 'train': plan: found a share of a run on several boards, expected a run on one")
    }
    if let fault = plan.optimizer.fault { throw ControlFailure(.request, "request 'train': optimizer: \(fault)") }
    guard plan.schedule.peak >= 0, plan.schedule.peak <= LearningRate.maximum else {
      throw ControlFailure(
        .request,
        "request 'train': schedule.peak: found \(plan.schedule.peak), expected 0 to \(LearningRate.maximum)")
    }
  }
}
