import Foundation
import GraphIR

/// The door of this module: a model file in, a verified forward graph out.
///
/// The graph's input, tensors and layers carry the file's own names; `Graph.layers` says where the weights
/// stand in the file, which is what `ModelExport` needs to put trained ones back.
package enum ModelImporter {
  /// The largest file that is read, in bytes. No microcontroller holds a model near it.
  package static let fileBytesLimit = 64 << 20

  /// Imports a model file; the graph is named after the file.
  ///
  /// - Throws: `ImportError` when the file cannot be read, is damaged, or uses what is not supported.
  package static func graph(of file: URL) throws -> Graph {
    let name = file.deletingPathExtension().lastPathComponent
    return try graph(of: bytes(of: file), name: name)
  }

  /// Imports the bytes of a model file. Never traps, whatever the bytes are.
  ///
  /// - Throws: `ImportError`.
  package static func graph(of bytes: [UInt8], name: String) throws -> Graph {
    guard bytes.count <= fileBytesLimit else {
      throw ImportError.unsupported(
        "model '\(name)'", found: "\(bytes.count) B", expected: "at most \(fileBytesLimit) B",
        advice: "choose a model made for microcontrollers")
    }
    let model = try TFLiteModel(FlatBufferReader(bytes))
    return try TFLiteImporter(model: model, name: name).graph()
  }

  private static func bytes(of file: URL) throws -> [UInt8] {
    do {
      return try [UInt8](Data(contentsOf: file))
    } catch {
      throw ImportError(
        .unreadable, file.path, found: error.localizedDescription, expected: "a readable .tflite file",
        advice: "check the path and its permissions")
    }
  }
}
