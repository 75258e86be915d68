/// `Tensor` of the TFLite schema.
struct TFLiteTensor: Sendable {
  let name: String
  let shape: [Int]
  /// The shape with -1 where an extent is unknown; empty when all are known.
  let shapeSignature: [Int]
  let type: ElementTypeCode
  let buffer: Int
  let isVariable: Bool
  let isSparse: Bool
  let scales: FlatBufferVector?
  let zeroPoints: FlatBufferVector?
  let quantizedDimension: Int
  /// A quantization scheme that is not scale and zero point.
  let hasCustomQuantization: Bool

  init(_ table: FlatBufferTable) throws {
    shape =
      try table.vector(0, stride: 4, "Tensor shape")?.integers(Int32.self, limit: TFLiteModel.Limits.rank) ?? []
    type = ElementTypeCode(rawValue: try table.integer(1))
    buffer = Int(try table.integer(2, default: UInt32(0)))
    name = try table.string(3, "Tensor name", limit: TFLiteModel.Limits.nameBytes) ?? ""
    let quantization = try table.table(4, "QuantizationParameters")
    scales = try quantization?.vector(2, stride: 4, "QuantizationParameters scale")
    zeroPoints = try quantization?.vector(3, stride: 8, "QuantizationParameters zero_point")
    hasCustomQuantization = try quantization.map { try $0.integer(4, default: UInt8(0)) != 0 } ?? false
    quantizedDimension = Int(try quantization?.integer(6, default: Int32(0)) ?? 0)
    isVariable = try table.bool(5)
    isSparse = try table.isPresent(6)
    shapeSignature =
      try table.vector(7, stride: 4, "Tensor shape_signature")?
      .integers(Int32.self, limit: TFLiteModel.Limits.rank) ?? []
  }

  /// `TensorType` of the schema; unknown codes are kept to be named in messages.
  struct ElementTypeCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    let rawValue: Int8
    static let float32 = Self(rawValue: 0)
    static let int32 = Self(rawValue: 2)
    static let uint8 = Self(rawValue: 3)
    static let int8 = Self(rawValue: 9)

    private static let names = [
      "FLOAT32", "FLOAT16", "INT32", "UINT8", "INT64", "STRING", "BOOL", "INT16", "COMPLEX64", "INT8", "FLOAT64",
      "COMPLEX128", "UINT64", "RESOURCE", "VARIANT", "UINT32", "UINT16", "INT4", "BFLOAT16", "INT2", "UINT4",
    ]

    var description: String {
      Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "element type \(rawValue)"
    }
  }
}
