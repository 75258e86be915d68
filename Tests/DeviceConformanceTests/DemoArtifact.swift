import ArtifactManifest
import Compiler
import Foundation
import UpdatePlanning

/// The demo's models, compiled once for all tests so that every parameter trains.
enum DemoArtifact: String, CaseIterable, CustomStringConvertible, Sendable {
  case dense = "digits-dense"
  case convolutional = "digits-conv"

  var description: String { rawValue }

  func open() throws -> Artifact {
    switch self {
    case .dense: try Self.compiledDense.get()
    case .convolutional: try Self.compiledConvolutional.get()
    }
  }

  private static let compiledDense = Result { try compile(.dense) }
  private static let compiledConvolutional = Result { try compile(.convolutional) }

  private static func compile(_ model: DemoArtifact) throws -> Artifact {
    let file = project.appendingPathComponent("Tools/Demo/\(model).tflite")
    let host = BoardBudget(name: "host", sramBytes: nil, flashBytes: nil, stackBytes: 2048)
    let compiled = try Pipeline.compile(
      model: [UInt8](Data(contentsOf: file)), name: model.rawValue,
      options: CompileOptions(update: .full, board: host))
    let directory = folder.appendingPathComponent(model.rawValue)
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
