import GRDB

extension RunStore {
  /// Replaces the job of a run.
  package func save(_ job: JobRecord, of run: Int64) async throws {
    try await write { database in
      try Self.deleteJob(of: run, database)
      try job.insert(database, run: run)
    }
  }

  /// `nil` for a run that is no daemon's, or that is over.
  package func job(of run: Int64) async throws -> JobRecord? {
    try await read { database in
      guard let row = try Row.fetchOne(database, sql: "SELECT * FROM jobs WHERE run = ?", arguments: [run]) else {
        return nil
      }
      let files = try Row.fetchAll(database, sql: "SELECT part, file FROM jobFiles WHERE run = ?", arguments: [run])
      return JobRecord(
        request: row["request"], deviceKey: row["deviceKey"],
        files: Dictionary(uniqueKeysWithValues: files.map { ($0["part"] as String, $0["file"] as String) }))
    }
  }

  /// Forgets the job of a run that is over; its files may then go.
  package func removeJob(of run: Int64) async throws {
    try await write { try Self.deleteJob(of: run, $0) }
  }

  /// Runs with a job that were under way when their daemon ended, the oldest first.
  package func interruptedJobs() async throws -> [RunRecord] {
    try await read {
      try RunRecord.fetchAll($0, sql: "SELECT runs.* FROM runs JOIN jobs ON jobs.run = runs.id ORDER BY runs.id")
    }.filter(\.state.isUnderWay)
  }

  /// Names of all files that a job refers to.
  package func jobFiles() async throws -> Set<String> {
    try await read { try String.fetchSet($0, sql: "SELECT DISTINCT file FROM jobFiles") }
  }

  private static func deleteJob(of run: Int64, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM jobs WHERE run = ?", arguments: [run])
  }
}

extension JobRecord {
  func insert(_ database: Database, run: Int64) throws {
    try database.execute(
      sql: "INSERT INTO jobs (run, request, deviceKey) VALUES (?, ?, ?)", arguments: [run, request, deviceKey])
    for (part, file) in files {
      try database.execute(
        sql: "INSERT INTO jobFiles (run, part, file) VALUES (?, ?, ?)", arguments: [run, part, file])
    }
  }
}
