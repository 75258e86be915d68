import Foundation
import GRDB

extension RunRecord: FetchableRecord, MutablePersistableRecord {
  package static let databaseTableName = "runs"

  package mutating func didInsert(_ inserted: InsertionSuccess) {
    id = inserted.rowID
  }
}

extension RunStore {
  /// Adds a run, its job where a daemon drives it, and its artifact unless that is there.
  ///
  /// - Returns: the run with its id.
  package func insert(
    _ run: RunRecord, artifact: ArtifactRecord, job: JobRecord? = nil
  ) async throws -> RunRecord {
    try await write { database in
      if try ArtifactRecord.fetch(database, key: artifact.key) == nil {
        try artifact.insert(database)
      }
      let inserted = try run.inserted(database)
      if let job, let id = inserted.id { try job.insert(database, run: id) }
      return inserted
    }
  }

  /// Replaces the row of a run; `updatedMilliseconds` becomes now. A finished run needs neither job nor live samples.
  package func update(_ run: RunRecord) async throws -> RunRecord {
    var updated = run
    updated.updatedMilliseconds = Self.nowMilliseconds()
    let row = updated
    try await write { database in
      try row.update(database)
      guard row.state == .finished else { return }
      try database.execute(sql: "DELETE FROM jobs WHERE run = ?", arguments: [row.id])
      try database.execute(sql: "DELETE FROM liveSamples WHERE run = ?", arguments: [row.id])
    }
    return row
  }

  /// - Throws: `StoreError.noSuchRun`.
  package func run(_ id: Int64) async throws -> RunRecord {
    let run = try await read { try RunRecord.fetchOne($0, sql: "SELECT * FROM runs WHERE id = ?", arguments: [id]) }
    guard let run else { throw StoreError.noSuchRun(id: id, path: path) }
    return run
  }

  /// All runs, the newest first; the parts of a run on several boards are not among them.
  package func runs(limit: Int = 1000) async throws -> [RunRecord] {
    try await read {
      try RunRecord.fetchAll(
        $0, sql: "SELECT * FROM runs WHERE parent IS NULL ORDER BY id DESC LIMIT ?", arguments: [limit])
    }
  }

  /// The parts of a run on several boards, in the order of the boards; none of a run on one.
  package func parts(of run: Int64) async throws -> [RunRecord] {
    try await read {
      try RunRecord.fetchAll($0, sql: "SELECT * FROM runs WHERE parent = ? ORDER BY id", arguments: [run])
    }
  }

  /// The artifact a run was trained with.
  package func artifact(of run: RunRecord) async throws -> ArtifactRecord {
    let artifact = try await read { try ArtifactRecord.fetch($0, key: run.artifact) }
    guard let artifact else {
      throw StoreError.damaged(path: path, reason: "run \(run.id ?? 0) names an artifact that is not there")
    }
    return artifact
  }

  package static func nowMilliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}

extension ArtifactRecord {
  static func fetch(_ database: Database, key: String) throws -> ArtifactRecord? {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT manifest, model FROM artifacts WHERE key = ?", arguments: [key])
    else { return nil }
    return ArtifactRecord(key: key, manifest: [UInt8](row["manifest"] as Data), model: [UInt8](row["model"] as Data))
  }

  func insert(_ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO artifacts (key, manifest, model) VALUES (?, ?, ?)",
      arguments: [key, Data(manifest), Data(model)])
  }
}
