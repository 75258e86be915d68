import Telemetry

/// Where a run stands that is under way or rests.
package struct RunStatus: Hashable, Sendable, Codable {
  package var run: Int64
  package var state: RunRecord.State
  package var model: String
  package var device: String
  package var board: String
  /// Samples applied, and all of the plan, evaluations included.
  package var position: Int
  package var total: Int
  /// Of the last seconds; 0 where it is not known.
  package var samplesPerSecond: Double
  /// Times that the device went away since the daemon took the run up.
  package var devicesLost: Int
  /// Generation of the newest checkpoint; 0 for none.
  package var checkpoint: Int
  /// What became of the samples of a live run.
  package var live: LiveCountsRecord?

  /// As the store tells it.
  ///
  /// - Throws: `StoreError`, or a decoding error for a run of a newer version.
  package init(_ record: RunRecord, in store: RunStore) async throws {
    let id = record.id ?? 0
    let plan = try record.decodedPlan()
    run = id
    state = record.state
    model = record.model
    device = record.device
    board = record.board
    position = try await store.nextPosition(of: id)
    total = plan.count
    samplesPerSecond = 0
    devicesLost = 0
    checkpoint = try await store.checkpointSummaries(of: id).first?.generation ?? 0
    live = plan.isLive ? try await store.liveCounts(of: id) : nil
  }

  /// All runs that are under way or rest, the newest first.
  package static func all(in store: RunStore) async throws -> [RunStatus] {
    var list: [RunStatus] = []
    for record in try await store.runs() where record.state.isUnderWay || record.state == .paused {
      list.append(try await RunStatus(record, in: store))
    }
    return list
  }
}
