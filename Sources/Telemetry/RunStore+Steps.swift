import GRDB

extension StepRecord: FetchableRecord, PersistableRecord {
  package static let databaseTableName = "steps"
  /// A repeat of a journalled position is the same step again.
  package static let persistenceConflictPolicy = PersistenceConflictPolicy(insert: .ignore, update: .abort)
}

extension EvaluationRecord: FetchableRecord, PersistableRecord {
  package static let databaseTableName = "evaluations"
  package static let persistenceConflictPolicy = PersistenceConflictPolicy(insert: .replace, update: .abort)
}

extension RunStore {
  /// Journals a group of steps, in one transaction with those that other runs append meanwhile.
  package func append(_ steps: [StepRecord]) async throws { try await journal.append(steps, to: self) }

  func insert(_ steps: [StepRecord]) async throws {
    try await write { database in
      for step in steps { try step.insert(database) }
    }
  }

  /// Steps of a run in order, from `first` on.
  package func steps(of run: Int64, from first: Int = 0, limit: Int = .max) async throws -> [StepRecord] {
    try await read {
      try StepRecord.fetchAll(
        $0, sql: "SELECT * FROM steps WHERE run = ? AND position >= ? ORDER BY position LIMIT ?",
        arguments: [run, first, limit])
    }
  }

  /// The first position without a row.
  package func nextPosition(of run: Int64) async throws -> Int {
    let last = try await read {
      try Int.fetchOne($0, sql: "SELECT MAX(position) FROM steps WHERE run = ?", arguments: [run])
    }
    return last.map { $0 + 1 } ?? 0
  }

  /// Stores the sum of a pass over the evaluation data; a later one of the same moment replaces it.
  package func save(_ evaluation: EvaluationRecord) async throws {
    try await write { try evaluation.insert($0) }
  }

  package func evaluations(of run: Int64) async throws -> [EvaluationRecord] {
    try await read {
      try EvaluationRecord.fetchAll(
        $0, sql: "SELECT * FROM evaluations WHERE run = ? ORDER BY moment = 'after'", arguments: [run])
    }
  }
}
