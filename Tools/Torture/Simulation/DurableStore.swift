import Telemetry

/// The store as a crash leaves it: what is written survives the process, what is synced survives the machine. Each
/// group of records is written whole or not at all, as a transaction is.
struct DurableStore {
  struct Checkpoint {
    let position: Int
    let bytes: [UInt8]
    let digest: UInt64
  }

  struct Contents {
    var records: [StepRecord] = []
    var checkpoint: Checkpoint?
  }

  private(set) var written = Contents()
  private var synced = Contents()

  /// - Throws: when a position is missing or there already, as the store's key forbids.
  mutating func append(_ records: [StepRecord]) throws(Interruption) {
    for record in records {
      guard record.position == written.records.count else {
        throw .broken("journalled position \(record.position), expected \(written.records.count)")
      }
      written.records.append(record)
    }
  }

  mutating func save(_ checkpoint: Checkpoint) { written.checkpoint = checkpoint }

  mutating func sync() { synced = written }

  mutating func losePower() { written = synced }
}

/// Why the host's program does not go on.
enum Interruption: Error {
  /// The process is dead; the next one finds the store.
  case died
  /// The port or the training state is gone; a new connection may help.
  case vanished(String)
  /// Something happened that must not: the trial has failed.
  case broken(String)
}
