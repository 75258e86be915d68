import Telemetry

/// A run that is driven in this process: on one board, or on several.
package protocol DrivenRun: Sendable {
  /// Its id in the store.
  var runID: Int64 { get }
  /// Whether a device has taken it up, now or before: there is something to resume.
  var hasBegun: Bool { get async }

  /// Trains until the plan is done or the run is stopped.
  ///
  /// - Throws: `CoordinatorError`, `StoreError`; the run is then `stopped` and can be resumed.
  func run() async throws -> TrainResult

  /// Ends the run after the samples already sent, with a checkpoint.
  func stop() async
}

extension TrainingRun: DrivenRun {}
extension FleetRun: DrivenRun {}
