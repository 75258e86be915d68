/// The tables that `wire_codec.c` reads and writes messages by. Offsets are the C compiler's business.
extension CEmitter {
  var source: String {
    var writer = SourceWriter(indentation: 4)
    writer.line("/* Written by schema-generator from Protocol/schema.json. Edit that instead. */")
    writer.line("/* clang-format off */")
    writer.line("#include \"protocol.gen.h\"")
    writer.line()
    writer.line("#include <stddef.h>")
    for item in schema.messages {
      emitTable(item, head: false, into: &writer)
      if item.streamed == true { emitTable(item, head: true, into: &writer) }
    }
    return writer.text
  }

  private func emitTable(_ item: Schema.Message, head: Bool, into writer: inout SourceWriter) {
    let name = item.name.snakeCase
    writer.line()
    writer.block("const uint8_t \(table(item, head: head))[] = {", "};") { writer in
      writer.line("WIRE_MESSAGE_\(name.uppercased()),")
      for (index, field) in item.fields.enumerated() {
        let isHead = head && index == item.fields.count - 1
        emitField(field, of: name, isDecoded: item.from == .host, isHead: isHead, into: &writer)
      }
      writer.line("WIRE_END,")
    }
  }

  private func emitField(
    _ field: Schema.Field, of owner: String, isDecoded: Bool, isHead: Bool = false, into writer: inout SourceWriter
  ) {
    let name = field.name.snakeCase
    let offset = "offsetof(struct wire_\(owner), \(name))"
    switch field.type {
    case .scalar(let scalar):
      writer.line("\(kind(scalar)), \(offset),")
    case .enumeration(let label, let scalar):
      guard isDecoded, let values = schema.enumeration(label)?.cases.map(\.value) else {
        writer.line("\(kind(scalar)), \(offset),")
        return
      }
      let list = values.map { "\($0)" }.joined(separator: ", ")
      writer.line("WIRE_U8_OF, \(offset), \(values.count), \(list),")
    case .fixed(let count):
      writer.line("WIRE_FIXED, \(offset), \(count),")
    case .string(let maximum):
      writer.line("WIRE_TEXT, \(offset), \(maximum),")
    case .bytes(let maximum):
      writer.line("\(isHead ? "WIRE_BYTES_HEAD" : "WIRE_BYTES"), \(offset), \(maximum % 256), \(maximum / 256),")
    case .array(let label, let maximum):
      let fields = schema.structure(label)?.fields ?? []
      let item = label.snakeCase
      writer.line("WIRE_ARRAY, \(offset), offsetof(struct wire_\(owner), \(name)_count),")
      writer.block(
        "\(maximum), sizeof(struct wire_\(item)), \(fields.reduce(0) { $0 + tableBytes($1) }),", "/* \(item) */"
      ) { writer in
        for field in fields { emitField(field, of: item, isDecoded: isDecoded, into: &writer) }
      }
    }
  }

  private func kind(_ scalar: Schema.Scalar) -> String {
    "WIRE_U\(8 * scalar.byteCount)"
  }

  /// What a field of a struct takes in a table.
  private func tableBytes(_ field: Schema.Field) -> Int {
    switch field.type {
    case .scalar, .enumeration: 2
    case .fixed, .string: 3
    case .bytes: 4
    case .array: preconditionFailure("the schema's check lets no array into a struct")
    }
  }
}
