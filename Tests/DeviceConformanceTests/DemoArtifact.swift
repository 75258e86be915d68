import ArtifactManifest
import Compiler
import Foundation
import GraphIR
import UpdatePlanning

/// The demo's models, compiled once for all tests so that every parameter trains.
enum DemoArtifact: String, CaseIterable, CustomStringConvertible, Sendable {
  case dense = "digits-dense"
  case convolutional = "digits-conv"
  /// With velocities (momentum, batches, weight decay), of half of the channels so that they fit every board.
  case momentum = "digits-conv, velocity"
  /// Without residual planes.
  case stochastic = "digits-dense, stochastic"
  /// The dense model, taught distributions: its samples carry targets.
  case distributions = "digits-dense, soft labels"

  var description: String { rawValue }

  func open() throws -> Artifact {
    switch self {
    case .dense: try Self.compiledDense.get()
    case .convolutional: try Self.compiledConvolutional.get()
    case .momentum: try Self.compiledMomentum.get()
    case .stochastic: try Self.compiledStochastic.get()
    case .distributions: try Self.compiledDistributions.get()
    }
  }

  private static let compiledDense = Result { try compile(.dense, "digits-dense") }
  private static let compiledConvolutional = Result { try compile(.convolutional, "digits-conv") }
  private static let compiledMomentum = Result { try compile(.momentum, "digits-conv", update: .sparse(halves()), velocity: true) }
  private static let compiledStochastic = Result { try compile(.stochastic, "digits-dense", storage: .stochastic) }

  private static let compiledDistributions = Result {
    try compile(.distributions, "digits-dense", loss: .softCrossEntropy)
  }

  private static func halves() throws -> SparsePlan {
    let text = """
      {"schema": 1, "biases": {"last": 4}, "weights": [{"layer": 1, "ratio": 0.5}, {"layer": 3, "ratio": 0.5}]}
      """
    return try SparsePlan(json: Data(text.utf8), fileName: "halves")
  }

  private static func compile(
    _ artifact: DemoArtifact, _ model: String, update: UpdatePlan = .full, storage: WeightStorage? = nil,
    velocity: Bool? = nil, loss: Loss? = nil
  ) throws -> Artifact {
    let file = project.appendingPathComponent("Tools/Demo/\(model).tflite")
    let host = BoardBudget(name: "host", sramBytes: nil, flashBytes: nil, stackBytes: 2048)
    let compiled = try Pipeline.compile(
      model: [UInt8](Data(contentsOf: file)), name: model,
      options: CompileOptions(update: update, board: host, storage: storage, velocity: velocity, loss: loss))
    let directory = folder.appendingPathComponent("\(artifact)".filter { $0.isLetter })
    try compiled.write(to: directory)
    return try Artifact(opening: directory)
  }

  private static let project = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Goes with the process.
  private static let folder: URL = {
    atexit { DemoArtifact.removeFolder() }
    return FileManager.default.temporaryDirectory
      .appendingPathComponent("fieldtune-conformance-\(ProcessInfo.processInfo.processIdentifier)")
  }()

  private static func removeFolder() {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("cannot remove \(folder.path): \(error)")
    }
  }
}
