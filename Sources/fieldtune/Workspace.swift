import ArtifactManifest
import Compiler
import FirmwareBuild
import Foundation
import GraphIR
import ModelImport
import UpdatePlanning

/// Models, artifacts and boards, as commands name them.
enum Workspace {
  static let defaultBoard = "stm32f746g-disco"

  static func catalog() throws -> BoardCatalog { try BoardCatalog(root: FirmwareRoot.locate()) }

  private static func readModel(_ path: String) throws(Failure) -> [UInt8] { try readFile(path, what: "model") }

  static func readFile(_ path: String, what: String) throws(Failure) -> [UInt8] {
    guard !isFolder(path) else {
      throw Failure(
        .badData, code: what, "\(what) '\(path)': is a folder, expected a \(what == "model" ? ".tflite " : "")file")
    }
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw Failure(
        .notFound, code: "not-found", "\(what) '\(path)': cannot be read: \(SystemReason.text(of: error))")
    }
  }

  /// The file's name without folders and extension.
  static func modelName(_ path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  static func openArtifact(_ path: String) throws -> Artifact {
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure(
        .notFound, code: "not-found", "'\(path)': found no such folder, expected one that 'fieldtune compile' wrote")
    }
    return try Artifact(opening: URL(fileURLWithPath: path))
  }

  /// Reads a preset, a plan that comes with fieldtune, or a JSON file.
  static func updatePlan(_ text: String) throws -> UpdatePlan {
    if let preset = UpdatePlan(preset: text) { return preset }
    var path = text
    if !text.hasSuffix(".json") {
      let shipped = try ShippedPlans()
      guard let file = shipped[text] else {
        let names = UpdatePlan.presetNames + shipped.names
        throw Failure(
          .usage, code: "usage", "--update: found '\(text)', expected \(names.joined(separator: ", ")) or a .json file")
      }
      path = file.path
    }
    let bytes = try readFile(path, what: "plan")
    return .sparse(try SparsePlan(json: Data(bytes), fileName: path))
  }

  static func compile(
    _ path: String, board: Board, options: CompileSettings, isForced: Bool
  ) throws -> CompiledArtifact {
    var model = try readModel(path)
    if let classes = options.classes {
      model = try naming(path) { try NewHead(classCount: classes, seed: options.headSeed).replacingHead(of: model) }
    }
    let compileOptions = CompileOptions(
      update: try updatePlan(options.update), board: BoardBudget(board), force: isForced, errorBits: options.errorBits,
      storage: options.weights, velocity: options.velocity, scaling: options.scaling,
      loss: options.loss ?? (options.classes == nil ? nil : .crossEntropy), lossInput: options.lossInput)
    do {
      return try naming(path) { try Pipeline.compile(model: model, name: modelName(path), options: compileOptions) }
    } catch let error as UpdatePlanError {
      throw Failure(.badData, code: "plan", "\(options.update): \(error)")
    }
  }

  /// The forward graph of a model file.
  static func graph(of path: String) throws -> Graph {
    let model = try readModel(path)
    return try naming(path) { try ModelImporter.graph(of: model, name: modelName(path)) }
  }

  /// Puts the file's name in front of what is wrong in it.
  static func naming<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as ImportError {
      throw Failure(.badData, code: "model", "\(path): \(error)")
    } catch let error as GraphError {
      throw Failure(.badData, code: "model", "\(path): \(error)")
    }
  }
}

extension BoardBudget {
  init(_ board: Board) {
    self.init(
      name: board.name, sramBytes: board.sramBytes, flashBytes: board.memory.isEmpty ? nil : board.flashBytes,
      stackBytes: board.stackBytes)
  }
}
