/// A checkpoint without its bytes.
package struct CheckpointSummary: Hashable, Sendable, Codable {
  package var run: Int64
  package var generation: Int
  package var position: Int
  package var digest: String
  package var bytes: Int
  package var createdMilliseconds: Int64
}
