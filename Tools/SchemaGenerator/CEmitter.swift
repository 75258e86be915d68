/// Writes the C side: the device decodes what the host sends and encodes what it answers.
package struct CEmitter {
  let schema: Schema

  package init(_ schema: Schema) {
    self.schema = schema
  }

  /// File name to contents, for Firmware/runtime.
  package var files: [String: String] {
    ["protocol.gen.h": header, "protocol.gen.c": source]
  }

  private var header: String {
    var writer = SourceWriter(indentation: 4)
    writer.line("/* Written by schema-generator from Protocol/schema.json. Edit that instead.")
    writer.line(" *")
    writer.line(" * Decoders copy numbers and point into the message for bytes and text, so a decoded")
    writer.line(" * struct lives as long as the message. They return false for a message that ends early,")
    writer.line(" * a count above its maximum or a value outside of its enum, and ignore bytes behind the")
    writer.line(" * last field, where later versions append theirs. Encoders return the bytes written,")
    writer.line(" * 0 when `capacity` does not hold them. */")
    writer.line("/* clang-format off */")
    writer.line("#ifndef FIELDTUNE_PROTOCOL_GEN_H")
    writer.line("#define FIELDTUNE_PROTOCOL_GEN_H")
    writer.line()
    writer.line("#include \"wire_codec.h\"")
    emitConstants(into: &writer)
    emitEnumerations(into: &writer)
    for item in schema.structs {
      writer.line()
      emitStructure(item.name, item.doc, item.fields, into: &writer)
    }
    for item in schema.messages { emitMessage(item, into: &writer) }
    writer.line()
    writer.line("#endif")
    return writer.text
  }

  private func emitConstants(into writer: inout SourceWriter) {
    writer.line()
    writer.line("#define WIRE_VERSION \(schema.version)u")
    writer.line("#define WIRE_MINIMUM_VERSION \(schema.minimumVersion)u")
    let hash = String(schema.hash, radix: 16, uppercase: true)
    writer.line("#define WIRE_SCHEMA_HASH UINT64_C(0x\(hash))")
    for constant in schema.constants {
      writer.line()
      emitComment(constant.doc, into: &writer)
      writer.line("#define WIRE_\(constant.name.snakeCase.uppercased()) \(constant.value)u")
    }
  }

  private func emitEnumerations(into writer: inout SourceWriter) {
    for item in schema.enums {
      let name = item.name.snakeCase
      writer.line()
      emitComment(item.doc, into: &writer)
      writer.block("enum wire_\(name) {", "};") { writer in
        for item in item.cases {
          emitComment(item.doc, into: &writer)
          let label = "WIRE_\(name)_\(item.name.snakeCase)".uppercased()
          writer.line("\(label) = \(item.value),")
        }
      }
    }
    writer.line()
    writer.line("/* First byte of every message. */")
    writer.block("enum wire_message {", "};") { writer in
      for item in schema.messages {
        writer.line("WIRE_MESSAGE_\(item.name.snakeCase.uppercased()) = \(item.id),")
      }
    }
  }

  private func emitMessage(_ item: Schema.Message, into writer: inout SourceWriter) {
    let name = item.name.snakeCase
    writer.line()
    emitStructure(item.name, item.doc, item.fields, into: &writer)
    let maximum = 1 + schema.maximumBytes(item.fields)
    writer.line()
    writer.line("#define WIRE_\(name.uppercased())_MAX_BYTES \(maximum)u")
    switch item.from {
    case .host: emitDecoder(item, head: false, into: &writer)
    case .device: emitEncoder(item, into: &writer)
    }
    if item.streamed == true {
      writer.line()
      emitComment(
        "Reads all but the last field's bytes: their count is set, their data is null. Those "
          + "bytes follow the head.", into: &writer)
      writer.line("#define WIRE_\(name.uppercased())_HEAD_BYTES \(headBytes(item))u")
      emitDecoder(item, head: true, into: &writer)
    }
  }

  func table(_ item: Schema.Message, head: Bool = false) -> String {
    "wire_\(item.name.snakeCase)\(head ? "_head" : "")_fields"
  }

  private func emitDecoder(_ item: Schema.Message, head: Bool, into writer: inout SourceWriter) {
    let name = item.name.snakeCase
    let table = table(item, head: head)
    writer.line("extern const uint8_t \(table)[];")
    writer.block(
      signature(
        "static inline bool wire_\(name)_decode\(head ? "_head" : "")(", "struct wire_\(name) *message,",
        "const uint8_t *bytes, uint32_t count) {")
    ) { $0.line("return wire_decode(\(table), message, bytes, count);") }
  }

  private func emitEncoder(_ item: Schema.Message, into writer: inout SourceWriter) {
    let name = item.name.snakeCase
    writer.line("extern const uint8_t \(table(item))[];")
    writer.block(
      signature(
        "static inline uint32_t wire_\(name)_encode(", "const struct wire_\(name) *message,",
        "uint8_t *bytes, uint32_t capacity) {")
    ) { $0.line("return wire_encode(\(table(item)), message, bytes, capacity);") }
  }

  func headBytes(_ item: Schema.Message) -> Int {
    1 + schema.maximumBytes(Array(item.fields.dropLast())) + 2
  }

  private func emitStructure(
    _ name: String, _ doc: String, _ fields: [Schema.Field], into writer: inout SourceWriter
  ) {
    emitComment(doc, into: &writer)
    writer.block("struct wire_\(name.snakeCase) {", "};") { writer in
      if fields.isEmpty { writer.line("uint8_t unused;") }
      for field in fields {
        emitComment(field.doc, into: &writer)
        for declaration in declarations(field) { writer.line(declaration) }
      }
    }
  }

  private func declarations(_ field: Schema.Field) -> [String] {
    let name = field.name.snakeCase
    return switch field.type {
    case .scalar(let scalar): ["\(c(scalar)) \(name);"]
    case .enumeration(let label, let scalar):
      ["\(c(scalar)) \(name); /* enum wire_\(label.snakeCase) */"]
    case .fixed(let count): ["uint8_t \(name)[\(count)];"]
    case .bytes: ["struct wire_bytes \(name);"]
    case .string: ["struct wire_text \(name);"]
    case .array(let label, let maximum):
      [
        "const struct wire_\(label.snakeCase) *\(name);",
        "uint8_t \(name)_count; /* at most \(maximum) */",
      ]
    }
  }

  /// On one line where it fits, else broken behind the first parameter.
  private func signature(_ open: String, _ first: String, _ rest: String) -> String {
    let line = "\(open)\(first) \(rest)"
    if line.count <= 97 { return line }
    return "\(open)\(first)\n\(String(repeating: " ", count: open.count))\(rest)"
  }

  func emitComment(_ prose: String, into writer: inout SourceWriter) {
    if prose.count < 85 {
      writer.line("/* \(prose) */")
      return
    }
    var lines = SourceWriter(indentation: 4)
    lines.comment(prose, prefix: "", width: 88)
    let parts = lines.text.split(separator: "\n")
    for (index, part) in parts.enumerated() {
      let open = index == 0 ? "/* " : " * "
      writer.line(open + part + (index + 1 == parts.count ? " */" : ""))
    }
  }

  func c(_ scalar: Schema.Scalar) -> String {
    switch scalar {
    case .u8: "uint8_t"
    case .u16: "uint16_t"
    case .u32: "uint32_t"
    case .u64: "uint64_t"
    case .i32: "int32_t"
    }
  }
}
