import Foundation
import GRDB

/// The SQLite store of runs.
///
/// Invariants:
/// - A call that returns has reached the disk (WAL, `synchronous=FULL`); so has, once the store is open, what a killed
///   process before this one had written and not synced.
/// - Steps of a run are contiguous from position 0; one position has one row, whatever is repeated.
/// - A run's newest checkpoint covers no position without a row.
package final class RunStore: Sendable {
  package static let fileName = "runs.sqlite"

  package let path: String
  private let pool: DatabasePool
  let journal = StepJournal()

  /// Opens the store in `directory`, which is made when it is absent.
  ///
  /// - Parameter maximumBytes: a limit of the database file; more is refused as a full disk is.
  package init(directory: URL, maximumBytes: Int? = nil) throws {
    let file = directory.appendingPathComponent(Self.fileName)
    path = file.path
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw StoreError.cannotOpen(path: directory.path, reason: (error as NSError).localizedDescription)
    }
    do {
      pool = try DatabasePool(path: file.path, configuration: Self.configuration())
      try Self.migrations.migrate(pool)
      try Self.harden(pool, maximumBytes: maximumBytes)
    } catch {
      throw Self.storeError(error, path: file.path, opening: true)
    }
  }

  /// - Throws: `StoreError`, whatever the body throws of SQLite's.
  func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await pool.write(body)
    } catch {
      throw Self.storeError(error, path: path)
    }
  }

  /// - Throws: `StoreError`, whatever the body throws of SQLite's.
  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await pool.read(body)
    } catch {
      throw Self.storeError(error, path: path)
    }
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 2
    // The pool turns a new file's rollback journal into a write-ahead log. Without EXTRA the folder is not synced when
    // that journal is deleted, and one that is there again after a power loss would roll the store back to nothing.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = EXTRA") }
    return configuration
  }

  /// The pool sets NORMAL on its own after `prepareDatabase`, so FULL is set once it is open.
  private static func harden(_ pool: DatabasePool, maximumBytes: Int?) throws {
    try pool.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
      // Syncs the log; does not wait for readers.
      try database.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
      guard let maximumBytes else { return }
      let pageBytes = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
      try database.execute(sql: "PRAGMA max_page_count = \(max(1, maximumBytes / pageBytes))")
    }
  }

  private static func storeError(_ error: any Error, path: String, opening: Bool = false) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL: return StoreError.full(path: path)
    case .SQLITE_NOTADB, .SQLITE_CORRUPT: return StoreError.damaged(path: path, reason: reason)
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
      return StoreError.cannotOpen(path: path, reason: reason)
    default:
      return opening
        ? StoreError.cannotOpen(path: path, reason: reason) : StoreError.failed(path: path, reason: reason)
    }
  }
}
