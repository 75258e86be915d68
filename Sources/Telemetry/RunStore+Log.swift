import GRDB

extension LogRecord: FetchableRecord, PersistableRecord {
  package static let databaseTableName = "log"
}

extension RunStore {
  package func append(_ line: LogRecord) async throws {
    try await write { try line.insert($0) }
  }

  /// The log of a run, the oldest line first; of more than `limit` the newest.
  package func log(of run: Int64, limit: Int = 10_000) async throws -> [LogRecord] {
    try await read {
      try LogRecord.fetchAll(
        $0, sql: "SELECT * FROM log WHERE run = ? ORDER BY id DESC LIMIT ?", arguments: [run, limit])
    }.reversed()
  }
}
