import Datasets
import Foundation

/// A folder of files that lives as long as the value.
final class Folder: Sendable {
  let path = NSTemporaryDirectory() + "/fieldtune-\(UUID().uuidString)"

  init(_ files: [String: [UInt8]]) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, bytes) in files { try write(bytes, as: name) }
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("\(path) remains: \(error)")
    }
  }

  func write(_ bytes: [UInt8], as name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  /// Loads a specification in which `@` stands for the folder.
  func load(_ text: String) throws -> Dataset {
    try DataSpecification.parse(text.replacing("@", with: path)).load()
  }

  /// The sentence with which loading fails, the folder again as `@`.
  func sentence(_ text: String) throws -> String? {
    do {
      _ = try load(text)
      return nil
    } catch let error as DatasetError {
      return error.description.replacing(path, with: "@")
    }
  }
}
