/// The whole training state at one position of a run: a row of `checkpoints`.
package struct CheckpointRecord: Hashable, Sendable, Codable {
  package var run: Int64
  /// Counts a run's checkpoints, from 1; given by the store.
  package var generation = 0
  /// The first position that is not in it.
  package var position: Int
  /// Digest of the segments, sixteen hexadecimal digits, as the device reported it.
  package var digest: String
  /// The bytes of the segments in digest order, one after the other.
  package var segments: [UInt8]
  package var createdMilliseconds: Int64

  package init(run: Int64, position: Int, digest: String, segments: [UInt8], createdMilliseconds: Int64) {
    self.run = run
    self.position = position
    self.digest = digest
    self.segments = segments
    self.createdMilliseconds = createdMilliseconds
  }
}
