import DeviceLink

/// Everything that can be asked of a device from outside, and whether it is as it should be: what a user attaches to
/// an issue.
package struct SelfTestReport: Sendable, Encodable {
  package struct Check: Hashable, Sendable, Encodable {
    package enum Outcome: String, Hashable, Sendable, Encodable {
      case passed, failed, skipped
    }

    package var name: String
    package var outcome: Outcome
    /// What was found, or why nothing was asked.
    package var found: String
  }

  package struct Region: Hashable, Sendable, Encodable {
    package var name: String
    package var bytes: Int
    package var plannedBytes: Int
    /// Most that was ever used, as far as it is measured.
    package var highWaterBytes: Int
  }

  package struct Hashes: Hashable, Sendable, Encodable {
    package var schema: String
    package var model: String
    package var plan: String
    package var semantics: String
    package var layout: String
  }

  package var device: String
  package var board: String
  package var firmware: String
  package var uid: String
  package var hashes: Hashes
  package var checks: [Check] = []
  package var memory: [Region]
  /// Of the golden step; absent when it could not be done. Not among the coded keys: its own stand beside them.
  package var step: SelfTest.Report?
  /// Bits per second after the rates were tried; nil where the line has none.
  package var baud: Int?
  package var trials: [SpeedTrial] = []
  package var line: LinkBench?
  /// What the device told of itself meanwhile.
  package var events: [String] = []

  private enum CodingKeys: CodingKey {
    case device, board, firmware, uid, hashes, checks, memory, baud, trials, line, events
  }

  package var failed: [Check] { checks.filter { $0.outcome == .failed } }

  mutating func add(_ name: String, _ outcome: Check.Outcome, _ found: String) {
    checks.append(Check(name: name, outcome: outcome, found: found))
  }

  mutating func expect(_ isRight: Bool, _ name: String, _ found: String) { add(name, isRight ? .passed : .failed, found) }
}
