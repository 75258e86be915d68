import Datasets
import GraphIR
import ModelImport

/// The weights and biases of a model file as NumPy arrays of their codes.
enum TrainedArrays {
  static func archive(ofModel model: [UInt8], name: String) throws -> [UInt8] {
    let graph = try Workspace.naming(name) { try ModelImporter.graph(of: model, name: name) }
    var archive = NPZArchive()
    for tensor in graph.tensors {
      guard case .constant(let offset) = tensor.storage, let type = type(of: tensor.element) else { continue }
      archive.add(
        tensor.name, shape: tensor.shape, type: type, content: graph.data[offset..<offset + tensor.byteCount])
    }
    return archive.file
  }

  private static func type(of element: ElementType) -> String? {
    switch element {
    case .int8: "|i1"
    case .int32: "<i4"
    case .int16, .uint8, .bit: nil
    }
  }
}
