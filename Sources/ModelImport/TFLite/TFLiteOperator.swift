/// `Operator` of the TFLite schema, with its operator code resolved.
struct TFLiteOperator: Sendable {
  let code: Code
  /// Tensor indices; -1 stands for an optional operand that is absent.
  let inputs: [Int]
  let outputs: [Int]
  /// The member of the union `BuiltinOptions` that `options` holds.
  let optionsType: UInt8
  let options: FlatBufferTable?

  init(_ table: FlatBufferTable, codes: [Code]) throws {
    let index = Int(try table.integer(0, default: UInt32(0)))
    guard codes.indices.contains(index) else {
      throw ImportError.damaged(
        "table Operator at byte \(table.position)", found: "operator code \(index)",
        expected: "less than \(codes.count)")
    }
    code = codes[index]
    let limit = TFLiteModel.Limits.operands
    inputs = try table.vector(1, stride: 4, "Operator inputs")?.integers(Int32.self, limit: limit) ?? []
    outputs = try table.vector(2, stride: 4, "Operator outputs")?.integers(Int32.self, limit: limit) ?? []
    optionsType = try table.integer(3)
    options = try table.table(4, "Operator options")
  }

  /// `OperatorCode` of the schema.
  struct Code: Hashable, Sendable, CustomStringConvertible {
    let builtin: Int
    let customName: String?

    /// Codes up to 126 stand in the older, narrower field; the larger of both fields counts.
    init(_ table: FlatBufferTable) throws {
      let narrow: Int8 = try table.integer(0)
      let wide: Int32 = try table.integer(3)
      builtin = max(Int(narrow), Int(wide))
      customName = try table.string(1, "OperatorCode custom_code", limit: TFLiteModel.Limits.nameBytes)
    }

    var description: String {
      if builtin == TFLiteBuiltin.custom, let customName { return "CUSTOM '\(customName)'" }
      return TFLiteBuiltin.name(of: builtin)
    }
  }
}
