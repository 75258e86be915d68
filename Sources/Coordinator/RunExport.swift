import ArtifactManifest
import Foundation
import ModelExport
import Telemetry

/// The model a run has trained, as a file.
package enum RunExport {
  /// The original model file with the parameters of the run's newest checkpoint.
  ///
  /// - Throws: `CoordinatorError.wrongState` for a run without a checkpoint, `StoreError`, `ExportError`.
  package static func model(of id: Int64, in store: RunStore) async throws -> [UInt8] {
    let run = try await store.run(id)
    guard let checkpoint = try await store.newestCheckpoint(of: id) else {
      throw CoordinatorError.wrongState(run: id, reason: "has no checkpoint yet: resume it first")
    }
    let artifact = try await store.artifact(of: run)
    let manifest = try JSONDecoder().decode(ArtifactManifest.self, from: Data(artifact.manifest))
    return try ModelExporter(model: artifact.model, manifest: manifest).model(with: checkpoint.segments)
  }
}
