import Foundation
import GRDB

extension RunStore {
  /// How many checkpoints a run keeps: the newest, and one should it not restore.
  private static let keptCheckpoints = 2

  /// Stores a checkpoint and drops all but the newest two of its run, in one transaction.
  package func save(_ checkpoint: CheckpointRecord) async throws { try await save([checkpoint]) }

  /// Stores checkpoints of several runs, all or none.
  package func save(_ checkpoints: [CheckpointRecord]) async throws {
    try await write { database in
      for checkpoint in checkpoints { try Self.replace(checkpoint, in: database) }
    }
  }

  private static func replace(_ checkpoint: CheckpointRecord, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO checkpoints (run, position, digest, segments, createdMilliseconds)
        VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [
        checkpoint.run, checkpoint.position, checkpoint.digest, Data(checkpoint.segments),
        checkpoint.createdMilliseconds,
      ])
    try database.execute(
      sql: """
        DELETE FROM checkpoints WHERE run = ? AND position NOT IN
        (SELECT position FROM checkpoints WHERE run = ? ORDER BY position DESC LIMIT ?)
        """, arguments: [checkpoint.run, checkpoint.run, Self.keptCheckpoints])
  }

  /// The newest checkpoint of a run, `nil` when it has none.
  package func newestCheckpoint(of run: Int64) async throws -> CheckpointRecord? {
    try await read { database in
      try Row.fetchOne(
        database, sql: "SELECT * FROM checkpoints WHERE run = ? ORDER BY position DESC LIMIT 1", arguments: [run]
      ).map {
        CheckpointRecord(
          run: run, position: $0["position"], digest: $0["digest"], segments: [UInt8]($0["segments"] as Data),
          createdMilliseconds: $0["createdMilliseconds"])
      }
    }
  }
}
