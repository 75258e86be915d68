import ArtifactManifest
import Telemetry

/// What a user does with the checkpoints of a run.
package enum RunCheckpoints {
  /// A checkpoint of a run, the newest intact one where no generation is named.
  ///
  /// - Throws: `CoordinatorError.wrongState` when there is none.
  package static func checkpoint(
    of id: Int64, generation: Int? = nil, in store: RunStore
  ) async throws -> CheckpointRecord {
    let all = try await store.checkpoints(of: id)
    guard let found = all.first(where: { generation == nil ? $0.isIntact : $0.generation == generation }) else {
      throw CoordinatorError.wrongState(
        run: id,
        reason: generation.map { "found no checkpoint \($0), expected \(expected(all))" } ?? "has no checkpoint yet: resume it first")
    }
    return found
  }

  private static func expected(_ all: [CheckpointRecord]) -> String {
    all.isEmpty ? "none" : all.map { "\($0.generation)" }.joined(separator: " or ")
  }

  /// As a file.
  package static func exported(_ id: Int64, generation: Int?, in store: RunStore) async throws -> [UInt8] {
    let run = try await store.run(id)
    return try CheckpointFile(try await checkpoint(of: id, generation: generation, in: store), of: run).encoded()
  }

  /// Takes a run that rests back to one of its checkpoints, or to the one in `file`. What came after is forgotten, and
  /// devices do not know the run any more: the next one is written anew.
  package static func restore(
    _ id: Int64, generation: Int?, file: [UInt8]?, in store: RunStore
  ) async throws {
    let run = try await store.run(id)
    guard run.state == .stopped || run.state == .paused else {
      throw CoordinatorError.wrongState(
        run: id, reason: "is \(run.state.rawValue), expected one that was paused or stopped")
    }
    if let parent = run.parent {
      throw CoordinatorError.wrongState(run: id, reason: "is one board's part of run \(parent), whose boards go on together")
    }
    let checkpoint =
      if let file {
        try CheckpointFile(file, for: run).checkpoint
      } else {
        try await checkpoint(of: id, generation: generation, in: store)
      }
    let durable = try await store.nextPosition(of: id)
    guard checkpoint.position >= 0, checkpoint.position <= durable else {
      throw CoordinatorError.wrongState(
        run: id, reason: "found a checkpoint before position \(checkpoint.position), expected 0 to \(durable)")
    }
    try await store.rollBack(run, to: checkpoint, number: Int64(RunNumber.random()))
  }
}

extension CheckpointRecord {
  /// Whether the bytes are those that were stored.
  package var isIntact: Bool { Digest64(segments).hex == digest }
}
