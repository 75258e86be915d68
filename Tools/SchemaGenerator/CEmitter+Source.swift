/// The codec's bodies. A writer or reader that fails stays failed, so a body is one call a field.
extension CEmitter {
  var source: String {
    var writer = SourceWriter(indentation: 4)
    writer.line("/* Written by schema-generator from Protocol/schema.json. Edit that instead. */")
    writer.line("/* clang-format off */")
    writer.line("#include \"protocol.gen.h\"")
    writer.line()
    writer.line("#include \"wire_codec.h\"")
    for name in checkedEnumerations { emitEnumerationCheck(name, into: &writer) }
    for item in writtenStructures { emitStructureWriter(item, into: &writer) }
    for item in fromHost {
      emitDecoder(item, head: false, into: &writer)
      if item.streamed == true { emitDecoder(item, head: true, into: &writer) }
    }
    for item in fromDevice { emitEncoder(item, into: &writer) }
    return writer.text
  }

  private var checkedEnumerations: [String] {
    let used = Set(
      fromHost.flatMap(\.fields).compactMap { field -> String? in
        if case .enumeration(let name, _) = field.type { name } else { nil }
      })
    return schema.enums.map(\.name).filter(used.contains)
  }

  private var writtenStructures: [Schema.Structure] {
    let used = Set(
      fromDevice.flatMap(\.fields).compactMap { field -> String? in
        if case .array(let name, _) = field.type { name } else { nil }
      })
    return schema.structs.filter { used.contains($0.name) }
  }

  private func emitEnumerationCheck(_ name: String, into writer: inout SourceWriter) {
    guard let item = schema.enumeration(name) else { return }
    let label = name.snakeCase
    writer.line()
    writer.block("static bool \(label)_is_known(\(c(item.type)) value) {") { writer in
      writer.line("switch (value) {")
      for item in item.cases {
        writer.line("case " + "WIRE_\(label)_\(item.name.snakeCase)".uppercased() + ":")
      }
      writer.line("    return true;")
      writer.line("default:")
      writer.line("    return false;")
      writer.line("}")
    }
  }

  private func emitStructureWriter(_ item: Schema.Structure, into writer: inout SourceWriter) {
    let name = item.name.snakeCase
    writer.line()
    writer.block(
      "static void put_\(name)(struct wire_writer *writer, const struct wire_\(name) *item) {"
    ) { writer in
      for field in item.fields { emitPut(field, of: "item", into: &writer) }
    }
  }

  private func emitDecoder(_ item: Schema.Message, head: Bool, into writer: inout SourceWriter) {
    let kind = "WIRE_MESSAGE_\(item.name.snakeCase.uppercased())"
    writer.line()
    writer.block("\(decodeSignature(item, suffix: head ? "_head" : "")) {") { writer in
      writer.line("struct wire_reader reader = wire_reader_make(bytes, count);")
      writer.line("bool known = wire_get_u8(&reader) == \(kind);")
      if item.fields.isEmpty { writer.line("message->unused = 0;") }
      for field in item.fields.dropLast(head ? 1 : 0) { emitGet(field, into: &writer) }
      if head, let last = item.fields.last, case .bytes(let maximum) = last.type {
        let name = last.name.snakeCase
        writer.line("message->\(name).data = 0;")
        writer.line("message->\(name).count = wire_get_u16(&reader);")
        if maximum < 65535 { writer.line("known = known && message->\(name).count <= \(maximum);") }
      }
      writer.line("return known && reader.ok;")
    }
  }

  private func emitEncoder(_ item: Schema.Message, into writer: inout SourceWriter) {
    writer.line()
    writer.block("\(encodeSignature(item)) {") { writer in
      writer.line("struct wire_writer writer = wire_writer_make(bytes, capacity);")
      writer.line("wire_put_u8(&writer, WIRE_MESSAGE_\(item.name.snakeCase.uppercased()));")
      if item.fields.isEmpty { writer.line("(void)message;") }
      for field in item.fields {
        emitPut(field, of: "message", address: "&writer", into: &writer)
      }
      writer.line("return wire_writer_finish(&writer);")
    }
  }

  private func emitGet(_ field: Schema.Field, into writer: inout SourceWriter) {
    let target = "message->\(field.name.snakeCase)"
    switch field.type {
    case .scalar(let scalar):
      writer.line("\(target) = wire_get_\(scalar.rawValue)(&reader);")
    case .enumeration(let name, let scalar):
      writer.line("\(target) = wire_get_\(scalar.rawValue)(&reader);")
      writer.line("known = known && \(name.snakeCase)_is_known(\(target));")
    case .fixed(let count):
      writer.line("wire_get_fixed(&reader, \(target), \(count));")
    case .bytes(let maximum):
      writer.line("\(target) = wire_get_bytes(&reader, \(maximum));")
    case .string(let maximum):
      writer.line("\(target) = wire_get_text(&reader, \(maximum));")
    case .array:
      preconditionFailure("the schema's check lets no array into a message from the host")
    }
  }

  private func emitPut(
    _ field: Schema.Field, of owner: String, address: String = "writer",
    into writer: inout SourceWriter
  ) {
    let name = field.name.snakeCase
    let value = "\(owner)->\(name)"
    switch field.type {
    case .scalar(let scalar), .enumeration(_, let scalar):
      writer.line("wire_put_\(scalar.rawValue)(\(address), \(value));")
    case .fixed(let count):
      writer.line("wire_put_fixed(\(address), \(value), \(count));")
    case .bytes(let maximum):
      writer.line("wire_put_bytes(\(address), \(value), \(maximum));")
    case .string(let maximum):
      writer.line("wire_put_text(\(address), \(value), \(maximum));")
    case .array(let label, let maximum):
      writer.line("wire_put_count(\(address), \(value)_count, \(maximum));")
      writer.block("for (uint32_t i = 0; i < \(value)_count; i++) {") { writer in
        writer.line("put_\(label.snakeCase)(\(address), &\(value)[i]);")
      }
    }
  }
}
