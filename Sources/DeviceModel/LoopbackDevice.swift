import ArtifactManifest
import Foundation
import GraphIR
import Transport
import WireProtocol

/// The device in Swift: an artifact's training step behind the wire protocol, in this process.
package struct LoopbackDevice: Sendable {
  package static let board = "loopback"

  /// The host's end of the line. Closing it ends the device.
  package let transport: InMemoryTransport

  /// Opens an artifact folder and boots a device that runs it.
  ///
  /// - Parameter keptStates: what outlives this device; one that is opened with them afterwards goes on from there.
  /// - Throws: `ArtifactError` or `GraphError` when the folder's graph cannot be read.
  package init(artifact: Artifact, keptStates: KeptStates = KeptStates()) throws {
    let engine = try InterpreterEngine(graph: try artifact.trainingGraph())
    let (host, device) = InMemoryTransport.pair(name: Self.board)
    transport = host
    let server = DeviceServer(
      engine: engine, identity: DeviceIdentity(artifact.manifest.hashes), keptStates: keptStates, transport: device)
    Task { await server.run() }
  }
}

extension DeviceIdentity {
  /// The loopback device of an artifact.
  package init(_ hashes: ArtifactManifest.Hashes) {
    self.init(
      board: LoopbackDevice.board, bootID: .random(in: .min ... .max),
      modelHash: hashes.model.value, planHash: hashes.plan.value,
      semanticsHash: hashes.semantics.value, layoutHash: hashes.layout.value)
  }
}

extension Artifact {
  /// The graph of one training step, as the compiler left it.
  package func trainingGraph() throws -> Graph {
    let file = file(manifest.files.graph)
    do {
      var graph = try JSONDecoder().decode(Graph.self, from: Data(contentsOf: file))
      graph.data = [UInt8](try Data(contentsOf: self.file(manifest.files.graphData)))
      return graph
    } catch {
      throw ArtifactError(
        "\(file.path): no training graph that this version can read (\(error)); "
          + "compile the model again")
    }
  }
}
