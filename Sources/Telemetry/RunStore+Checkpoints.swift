import Foundation
import GRDB

extension RunStore {
  /// How many checkpoints a run keeps: the newest, and one should it not restore.
  private static let keptCheckpoints = 2

  /// Stores a checkpoint as the run's next generation, drops all but the newest two, and forgets the live samples that
  /// both of these cover, in one transaction.
  ///
  /// - Parameter firstTraining: position of the first training step, which takes live sample 0.
  package func save(_ checkpoint: CheckpointRecord, firstTraining: Int = 0) async throws {
    try await write { database in
      try Self.insert(checkpoint, in: database)
      try Self.forgetSamples(of: checkpoint.run, firstTraining: firstTraining, in: database)
    }
  }

  /// Stores checkpoints of several runs, all or none.
  package func save(_ checkpoints: [CheckpointRecord]) async throws {
    try await write { database in
      for checkpoint in checkpoints { try Self.insert(checkpoint, in: database) }
    }
  }

  private static func insert(_ checkpoint: CheckpointRecord, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO checkpoints (run, position, digest, segments, createdMilliseconds, generation)
        SELECT ?, ?, ?, ?, ?, IFNULL(MAX(generation), 0) + 1 FROM checkpoints WHERE run = ?
        """,
      arguments: [
        checkpoint.run, checkpoint.position, checkpoint.digest, Data(checkpoint.segments),
        checkpoint.createdMilliseconds, checkpoint.run,
      ])
    try database.execute(
      sql: """
        DELETE FROM checkpoints WHERE run = ? AND position NOT IN
        (SELECT position FROM checkpoints WHERE run = ? ORDER BY position DESC LIMIT ?)
        """, arguments: [checkpoint.run, checkpoint.run, keptCheckpoints])
  }

  /// Should the newest not restore, the one before needs the samples since then.
  private static func forgetSamples(of run: Int64, firstTraining: Int, in database: Database) throws {
    let kept = try Int.fetchAll(
      database, sql: "SELECT position FROM checkpoints WHERE run = ? ORDER BY position", arguments: [run])
    guard kept.count == keptCheckpoints else { return }
    try database.execute(
      sql: "DELETE FROM liveSamples WHERE run = ? AND sequence < ?", arguments: [run, kept[0] - firstTraining])
  }

  /// Makes `checkpoint` a run's newest and forgets the steps and evaluations after it, in one transaction.
  ///
  /// - Parameter number: what devices know the run by from now on.
  package func rollBack(_ run: RunRecord, to checkpoint: CheckpointRecord, number: Int64) async throws {
    var row = run
    row.number = number
    row.result = nil
    row.updatedMilliseconds = Self.nowMilliseconds()
    let updated = row
    try await write { database in
      try updated.update(database)
      try database.execute(
        sql: "DELETE FROM checkpoints WHERE run = ? AND position > ?", arguments: [run.id, checkpoint.position])
      try Self.insert(checkpoint, in: database)
      try database.execute(
        sql: "DELETE FROM steps WHERE run = ? AND position >= ?", arguments: [run.id, checkpoint.position])
      try database.execute(sql: "DELETE FROM evaluations WHERE run = ? AND moment = 'after'", arguments: [run.id])
    }
  }

  /// Checkpoints of a run, the newest first.
  package func checkpoints(of run: Int64) async throws -> [CheckpointRecord] {
    try await read {
      try CheckpointRecord.fetchAll(
        $0, sql: "SELECT * FROM checkpoints WHERE run = ? ORDER BY position DESC", arguments: [run])
    }
  }

  /// The same without their bytes.
  package func checkpointSummaries(of run: Int64) async throws -> [CheckpointSummary] {
    try await read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT generation, position, digest, length(segments) AS bytes, createdMilliseconds FROM checkpoints
          WHERE run = ? ORDER BY position DESC
          """, arguments: [run]
      ).map {
        CheckpointSummary(
          run: run, generation: $0["generation"], position: $0["position"], digest: $0["digest"], bytes: $0["bytes"],
          createdMilliseconds: $0["createdMilliseconds"])
      }
    }
  }

  /// The newest checkpoint of a run, `nil` when it has none.
  package func newestCheckpoint(of run: Int64) async throws -> CheckpointRecord? {
    try await read {
      try CheckpointRecord.fetchOne(
        $0, sql: "SELECT * FROM checkpoints WHERE run = ? ORDER BY position DESC LIMIT 1", arguments: [run])
    }
  }
}

extension CheckpointRecord: FetchableRecord {
  package init(row: Row) {
    self.init(
      run: row["run"], position: row["position"], digest: row["digest"], segments: [UInt8](row["segments"] as Data),
      createdMilliseconds: row["createdMilliseconds"])
    generation = row["generation"]
  }
}
