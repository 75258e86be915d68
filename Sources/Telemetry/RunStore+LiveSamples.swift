import Foundation
import GRDB

extension LiveCountsRecord: FetchableRecord, PersistableRecord {
  package static let databaseTableName = "liveCounts"
  package static let persistenceConflictPolicy = PersistenceConflictPolicy(insert: .replace, update: .abort)
}

extension RunStore {
  /// Journals a group of samples and what became of all so far, in one transaction.
  package func append(_ samples: [LiveSampleRecord], counts: LiveCountsRecord) async throws {
    try await write { database in
      for sample in samples {
        try database.execute(
          sql: "INSERT INTO liveSamples (run, sequence, label, codes) VALUES (?, ?, ?, ?)",
          arguments: [sample.run, sample.sequence, sample.label, Data(sample.codes)])
      }
      try counts.insert(database)
    }
  }

  /// `nil` once a checkpoint covers it, and before it has come.
  package func liveSample(of run: Int64, sequence: Int) async throws -> LiveSampleRecord? {
    try await read { database in
      try Row.fetchOne(
        database, sql: "SELECT label, codes FROM liveSamples WHERE run = ? AND sequence = ?", arguments: [run, sequence]
      ).map { LiveSampleRecord(run: run, sequence: sequence, label: $0["label"], codes: [UInt8]($0["codes"] as Data)) }
    }
  }

  package func liveCounts(of run: Int64) async throws -> LiveCountsRecord {
    let counts = try await read {
      try LiveCountsRecord.fetchOne($0, sql: "SELECT * FROM liveCounts WHERE run = ?", arguments: [run])
    }
    return counts ?? LiveCountsRecord(run: run)
  }

  /// How many live samples of a run are kept.
  package func liveSampleCount(of run: Int64) async throws -> Int {
    try await read {
      try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM liveSamples WHERE run = ?", arguments: [run]) ?? 0
    }
  }
}
