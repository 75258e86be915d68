/// What this project reads of the TFLite schema, version 3, decoded but not yet judged.
///
/// Slot numbers and defaults follow tensorflow/compiler/mlir/lite/schema/schema.fbs. Large vectors (weights,
/// scales) stay where they are in the file; `TFLiteImporter` reads them where it needs them.
struct TFLiteModel: Sendable {
  static let identifier = "TFL3"
  static let version: UInt32 = 3

  let reader: FlatBufferReader
  let tensors: [TFLiteTensor]
  let operators: [TFLiteOperator]
  let inputs: [Int]
  let outputs: [Int]
  /// Byte range of each buffer in the file; empty for tensors that are computed.
  let buffers: [Range<Int>]

  init(_ reader: FlatBufferReader) throws {
    self.reader = reader
    try Self.verifyIdentifier(reader.bytes)
    let model = try reader.root("Model")
    let version: UInt32 = try model.integer(0)
    guard version == Self.version else {
      throw ImportError.unsupported(
        "model", found: "TFLite schema version \(version)", expected: "version \(Self.version)",
        advice: "convert the model again with a current converter")
    }
    let codes = try model.tables(1, "OperatorCode", limit: Limits.operatorCodes, TFLiteOperator.Code.init)
    let graphs = try model.tables(2, "SubGraph", limit: Limits.subgraphs) { $0 }
    guard graphs.count == 1 else {
      throw ImportError.unsupported(
        "model", found: "\(graphs.count) subgraphs", expected: "1",
        advice: "export the model without control flow and training functions")
    }
    let graph = graphs[0]
    buffers = try model.tables(4, "Buffer", limit: Limits.buffers, Self.byteRange)
    tensors = try graph.tables(0, "Tensor", limit: Limits.tensors, TFLiteTensor.init)
    inputs = try graph.vector(1, stride: 4, "SubGraph inputs")?.integers(Int32.self, limit: Limits.operands) ?? []
    outputs = try graph.vector(2, stride: 4, "SubGraph outputs")?.integers(Int32.self, limit: Limits.operands) ?? []
    operators = try graph.tables(3, "Operator", limit: Limits.operators) { try TFLiteOperator($0, codes: codes) }
    try Self.verifyUnread(model, graph)
  }

  /// Bounds on what a file may claim, so that few bytes cannot ask for much memory or time.
  enum Limits {
    static let operatorCodes = 4_096
    static let subgraphs = 256
    static let buffers = 16_384
    static let tensors = 16_384
    static let operators = 16_384
    static let operands = 256
    static let rank = 8
    static let nameBytes = 4_096
    static let channels = 1 << 16
    static let metadata = 128
  }

  private static func verifyIdentifier(_ bytes: [UInt8]) throws {
    let found = String(decoding: bytes.dropFirst(4).prefix(4), as: UTF8.self)
    guard found == identifier else {
      throw ImportError.unsupported(
        "model", found: bytes.count < 8 ? "\(bytes.count) B" : "the file identifier '\(printable(found))'",
        expected: "a TensorFlow Lite file ('\(identifier)' at byte 4)", advice: "give a .tflite file")
    }
  }

  private static func printable(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.isASCII && $0.value >= 32 && $0.value < 127 ? Character($0) : "?" })
  }

  /// `Buffer`: data within the FlatBuffer, or, in very large files, behind it at `offset`.
  private static func byteRange(_ buffer: FlatBufferTable) throws -> Range<Int> {
    if let data = try buffer.vector(0, stride: 1, "Buffer data") { return data.byteRange }
    let offset: UInt64 = try buffer.integer(1)
    let size: UInt64 = try buffer.integer(2)
    guard offset > 1, size > 0 else { return 0..<0 }
    let end = UInt64(buffer.reader.bytes.count)
    guard size <= end, offset <= end - size else {
      throw ImportError.damaged(
        "table Buffer at byte \(buffer.position)", found: "\(size) B at byte \(offset)",
        expected: "bytes within the file's \(end) B")
    }
    return Int(offset)..<Int(offset + size)
  }

  /// Parts that nothing here uses must still be whole: a file that was cut off is not imported.
  private static func verifyUnread(_ model: FlatBufferTable, _ graph: FlatBufferTable) throws {
    _ = try model.string(3, "Model description", limit: Limits.nameBytes)
    _ = try model.tables(6, "Metadata", limit: Limits.metadata) {
      try $0.string(0, "Metadata name", limit: Limits.nameBytes)
    }
    _ = try model.tables(7, "SignatureDef", limit: Limits.metadata) { signature in
      for slot in 0...1 {
        _ = try signature.tables(slot, "TensorMap", limit: Limits.metadata) {
          try $0.string(0, "TensorMap name", limit: Limits.nameBytes)
        }
      }
      _ = try signature.string(2, "SignatureDef key", limit: Limits.nameBytes)
    }
    _ = try graph.string(4, "SubGraph name", limit: Limits.nameBytes)
  }
}
