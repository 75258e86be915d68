/// Writes the message reference: Protocol/MESSAGES.md.
package struct ReferenceEmitter {
  private let schema: Schema

  package init(_ schema: Schema) {
    self.schema = schema
  }

  package var page: String {
    var lines = [
      "# Messages",
      "",
      "Written by `schema-generator` from [schema.json](schema.json); edit that instead. Frames, "
        + "sequence numbers and timers are in [SPEC.md](SPEC.md).",
      "",
      "Numbers are little-endian. A message is its identifier (one byte) and its fields, in "
        + "order, without padding. Fields are only ever appended; a reader ignores bytes behind "
        + "the last field it knows.",
      "",
      "Protocol version \(schema.minimumVersion) to \(schema.version). Schema hash "
        + "`\(String(schema.hash, radix: 16))` (FNV-1a, 64 bit, over names, types and numbers).",
      "",
      "## Constants",
      "",
    ]
    lines += table(
      ["Name", "Value", "Meaning"],
      schema.constants.map { ["`\($0.name)`", String($0.value), $0.doc] })
    lines += ["", "## Enums"]
    for item in schema.enums {
      lines += ["", "### \(item.name) (\(item.type.rawValue))", "", item.doc, ""]
      lines += table(
        ["Value", "Name", "Meaning"],
        item.cases.map { [String($0.value), "`\($0.name)`", $0.doc] })
    }
    lines += ["", "## Structs"]
    for item in schema.structs {
      lines += ["", "### \(item.name)", "", item.doc, ""] + fieldTable(item.fields)
    }
    lines += ["", "## Messages, by identifier"]
    for item in schema.messages.sorted(by: { $0.id < $1.id }) { lines += section(item) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func section(_ item: Schema.Message) -> [String] {
    let direction = item.from == .host ? "host → device" : "device → host"
    let title = item.name.snakeCase.uppercased()
    let maximum = 1 + schema.maximumBytes(item.fields)
    return [
      "", "### \(item.id) \(title)", "",
      "\(direction), channel \(item.channel), at most \(maximum) bytes. \(item.doc)", "",
    ] + (item.fields.isEmpty ? ["No fields."] : fieldTable(item.fields))
  }

  private func fieldTable(_ fields: [Schema.Field]) -> [String] {
    table(
      ["Field", "Type", "Meaning"],
      fields.map { ["`\($0.name)`", $0.type.spelling, $0.doc] })
  }

  private func table(_ head: [String], _ rows: [[String]]) -> [String] {
    ([head, head.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
  }
}
