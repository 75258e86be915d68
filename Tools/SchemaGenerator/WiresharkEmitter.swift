/// Writes the dissector for Wireshark, which reads captures as `--trace` writes them: Protocol/fieldtune.lua.
package struct WiresharkEmitter {
  private let schema: Schema

  package init(_ schema: Schema) {
    self.schema = schema
  }

  /// Tables of the schema, and the code that reads frames and messages by them.
  package var script: String {
    var writer = SourceWriter(indentation: 2)
    writer.line("-- Written by schema-generator from Protocol/schema.json. Edit that instead.")
    writer.line("--")
    writer.line("-- A Wireshark dissector for link type USER0 (147): wireshark -X lua_script:Protocol/fieldtune.lua TRACE.pcap")
    writer.block("local ENUMS = {") { writer in
      for item in schema.enums {
        let cases = item.cases.map { "[\($0.value)] = \"\($0.name)\"" }
        writer.block("\(item.name) = {", "},") { writer in for text in cases { writer.line(text + ",") } }
      }
    }
    writer.block("local CONSTANTS = {") { writer in
      for constant in schema.constants { writer.line("\(constant.name) = \(constant.value),") }
    }
    writer.block("local STRUCTS = {") { writer in
      for item in schema.structs { emit("\(item.name) = {", "},", item.fields, into: &writer) }
    }
    writer.block("local MESSAGES = {") { writer in
      for item in schema.messages {
        let open = "[\(item.id)] = { name = \"\(item.name)\", from = \(item.from == .host ? 0 : 1), fields = {"
        emit(open, "} },", item.fields, into: &writer)
      }
    }
    emitKey(into: &writer)
    return writer.text + Self.dissector + "\n"
  }

  /// The key of a connection is the checksum of four fields of DEVICE_HELLO that follow each other.
  private func emitKey(into writer: inout SourceWriter) {
    guard let hello = schema.messages.first(where: { $0.name == "deviceHello" }) else { return }
    let before = hello.fields.prefix { $0.name != "session" }
    writer.line("local DEVICE_HELLO = \(hello.id)")
    writer.line("-- Bytes of DEVICE_HELLO before session, attempt, bootID and connection.")
    writer.line("local KEY_OFFSET = \(1 + schema.maximumBytes(Array(before)))")
  }

  private func emit(_ open: String, _ close: String, _ fields: [Schema.Field], into writer: inout SourceWriter) {
    writer.block(open, close) { writer in
      for field in fields { writer.line("{ name = \"\(field.name)\", \(attributes(field.type)) },") }
    }
  }

  private func attributes(_ type: Schema.FieldType) -> String {
    switch type {
    case .scalar(let scalar): "type = \"\(scalar.rawValue)\""
    case .enumeration(let name, let scalar): "type = \"\(scalar.rawValue)\", enum = \"\(name)\""
    case .fixed(let count): "type = \"fixed\", count = \(count)"
    case .bytes(let maximum): "type = \"bytes\", maximum = \(maximum)"
    case .string(let maximum): "type = \"string\", maximum = \(maximum)"
    case .array(let name, let maximum): "type = \"array\", of = \"\(name)\", maximum = \(maximum)"
    }
  }
}
