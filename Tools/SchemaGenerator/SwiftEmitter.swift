/// Writes the Swift side: constants, enums, and a struct with its coding for each message.
package struct SwiftEmitter {
  private let schema: Schema

  package init(_ schema: Schema) {
    self.schema = schema
  }

  /// File name to contents, for Sources/WireProtocol/Generated.
  package var files: [String: String] {
    [
      "Wire+Constants.swift": constants,
      "Wire+Enumerations.swift": enumerations,
      "Wire+Structures.swift": structures,
      "Wire+Messages.swift": messages,
      "Wire+Message.swift": messageSum,
    ]
  }

  private func file(_ body: (inout SourceWriter) -> Void) -> String {
    var writer = SourceWriter(indentation: 2)
    writer.line("// Written by schema-generator from Protocol/schema.json. Edit that instead.")
    writer.line("// swift-format-ignore-file")
    body(&writer)
    return writer.text
  }

  private var constants: String {
    file { writer in
      writer.line()
      writer.block("extension Wire {") { writer in
        writer.line("/// Highest and lowest protocol version spoken here.")
        writer.line("package static let version: UInt8 = \(schema.version)")
        writer.line("package static let minimumVersion: UInt8 = \(schema.minimumVersion)")
        writer.line("/// FNV-1a (64 bit) over every name, type and number of the schema.")
        let hash = String(schema.hash, radix: 16, uppercase: true)
        writer.line("package static let schemaHash: UInt64 = 0x\(hash)")
        for constant in schema.constants {
          writer.comment(constant.doc, prefix: "/// ")
          let type = constant.type == .u32 && constant.name == "magic" ? "UInt32" : "Int"
          writer.line("package static let \(constant.name): \(type) = \(constant.value)")
        }
      }
    }
  }

  private var enumerations: String {
    file { writer in
      for item in schema.enums {
        writer.line()
        writer.block("extension Wire {") { writer in
          writer.comment(item.doc, prefix: "/// ")
          writer.block(
            "package enum \(item.name.capitalizedName): \(swift(item.type)), CaseIterable, Sendable {"
          ) { writer in
            for item in item.cases {
              writer.comment(item.doc, prefix: "/// ")
              writer.line("case \(item.name) = \(item.value)")
            }
            writer.line()
            writer.line("/// What the schema says of it.")
            writer.block("package var doc: String {") { writer in
              writer.block("switch self {") { writer in
                for item in item.cases { writer.line("case .\(item.name): \(item.doc.debugDescription)") }
              }
            }
          }
        }
      }
    }
  }

  private var structures: String {
    file { writer in
      for item in schema.structs {
        writer.line()
        writer.block("extension Wire {") { writer in
          emitStructure(item.name, item.doc, item.fields, into: &writer)
        }
        writer.line()
        writer.block("extension Wire.\(item.name.capitalizedName): WireRecord {") { writer in
          emitCoding(item.name, item.fields, into: &writer)
        }
      }
    }
  }

  private var messages: String {
    file { writer in
      for item in schema.messages {
        let name = item.name.capitalizedName
        writer.line()
        writer.block("extension Wire {") { writer in
          emitStructure(item.name, item.doc, item.fields, into: &writer)
        }
        writer.line()
        writer.block("extension Wire.\(name): WireMessage {") { writer in
          writer.line("package static let kind = Wire.MessageKind.\(item.name)")
          writer.line("package static let channel = Wire.Channel.\(item.channel)")
          writer.line()
          emitCoding(item.name, item.fields, into: &writer)
        }
      }
    }
  }

  private func emitStructure(
    _ name: String, _ doc: String, _ fields: [Schema.Field], into writer: inout SourceWriter
  ) {
    writer.comment(doc, prefix: "/// ")
    writer.block("package struct \(name.capitalizedName): Equatable, Sendable {") { writer in
      for field in fields {
        writer.comment(field.doc, prefix: "/// ")
        writer.line("package var \(field.name): \(swift(field.type))")
      }
      if fields.isEmpty {
        writer.line("package init() {}")
        return
      }
      writer.line()
      writer.block("package init(", ") {") { writer in
        for (index, field) in fields.enumerated() {
          let comma = index + 1 < fields.count ? "," : ""
          writer.line("\(field.name): \(swift(field.type))\(comma)")
        }
      }
      for field in fields { writer.line("  self.\(field.name) = \(field.name)") }
      writer.line("}")
    }
  }

  private func emitCoding(
    _ name: String, _ fields: [Schema.Field], into writer: inout SourceWriter
  ) {
    writer.block("package func write(to writer: inout WireWriter) {") { writer in
      for field in fields { writer.line(writeCall(field)) }
    }
    writer.line()
    writer.block("package init(from reader: inout WireReader) throws(WireError) {") { writer in
      for field in fields {
        writer.line("\(field.name) = try reader.\(readCall(field, in: name))")
      }
    }
  }

  private func writeCall(_ field: Schema.Field) -> String {
    switch field.type {
    case .scalar: "writer.write(\(field.name))"
    case .enumeration: "writer.write(\(field.name).rawValue)"
    case .fixed(let count): "writer.write(fixed: \(field.name), count: \(count))"
    case .bytes(let maximum): "writer.write(bytes: \(field.name), maximum: \(maximum))"
    case .string(let maximum): "writer.write(text: \(field.name), maximum: \(maximum))"
    case .array(_, let maximum): "writer.write(array: \(field.name), maximum: \(maximum))"
    }
  }

  private func readCall(_ field: Schema.Field, in owner: String) -> String {
    let place = "\"\(owner).\(field.name)\""
    return switch field.type {
    case .scalar: "integer(\(place))"
    case .enumeration: "enumeration(\(place))"
    case .fixed(let count): "fixed(\(place), count: \(count))"
    case .bytes(let maximum): "bytes(\(place), maximum: \(maximum))"
    case .string(let maximum): "text(\(place), maximum: \(maximum))"
    case .array(_, let maximum): "array(\(place), maximum: \(maximum))"
    }
  }

  private var messageSum: String {
    file { writer in
      writer.line()
      writer.block("extension Wire {") { writer in
        writer.line("/// First byte of every message.")
        writer.block("package enum MessageKind: UInt8, CaseIterable, Sendable {") { writer in
          for item in schema.messages { writer.line("case \(item.name) = \(item.id)") }
        }
        writer.line()
        writer.block("package enum Message: Equatable, Sendable {") { writer in
          for item in schema.messages {
            writer.line("case \(item.name)(\(item.name.capitalizedName))")
          }
        }
      }
      writer.line()
      writer.block("extension Wire.MessageKind {") { writer in
        writer.line("/// Which side sends messages of this kind.")
        writer.block("package var sender: Wire.Side {") { writer in
          writer.line("switch self {")
          for sender in [Schema.Sender.host, .device] {
            let names = schema.messages.filter { $0.from == sender }.map { ".\($0.name)" }
            writer.line("case")
            for name in names.dropLast() { writer.line("  \(name),") }
            writer.line("  \(names.last ?? ""): .\(sender.rawValue)")
          }
          writer.line("}")
        }
      }
      writer.line()
      writer.block("extension Wire.Message {") { writer in
        emitSwitch("var content: any WireMessage", into: &writer) { _ in "message" }
        writer.line()
        writer.line("/// Reads the fields behind the identifier.")
        writer.block(
          "init(_ kind: Wire.MessageKind, from reader: inout WireReader) throws(WireError) {"
        ) { writer in
          writer.line("switch kind {")
          for item in schema.messages {
            let type = "Wire.\(item.name.capitalizedName)"
            writer.line("case .\(item.name): self = .\(item.name)(try \(type)(from: &reader))")
          }
          writer.line("}")
        }
      }
    }
  }

  private func emitSwitch(
    _ declaration: String, into writer: inout SourceWriter, _ value: (Schema.Message) -> String
  ) {
    writer.line("/// The message inside.")
    writer.block("package \(declaration) {") { writer in
      writer.line("switch self {")
      for item in schema.messages {
        writer.line("case .\(item.name)(let message): \(value(item))")
      }
      writer.line("}")
    }
  }

  private func swift(_ type: Schema.Scalar) -> String {
    switch type {
    case .u8: "UInt8"
    case .u16: "UInt16"
    case .u32: "UInt32"
    case .u64: "UInt64"
    case .i32: "Int32"
    }
  }

  private func swift(_ type: Schema.FieldType) -> String {
    switch type {
    case .scalar(let scalar): swift(scalar)
    case .enumeration(let name, _): "Wire.\(name.capitalizedName)"
    case .fixed, .bytes: "[UInt8]"
    case .string: "String"
    case .array(let name, _): "[Wire.\(name.capitalizedName)]"
    }
  }
}
