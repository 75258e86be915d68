extension Schema {
  /// FNV-1a (64 bit) over everything that decides bytes on the wire, and over no prose.
  package var hash: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in outline.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return hash
  }

  /// One line for each constant, case and field.
  private var outline: String {
    var lines = ["\(name) \(version) \(minimumVersion)"]
    lines += constants.map { "constant \($0.name) \($0.type.rawValue) \($0.value)" }
    for item in enums {
      lines.append("enum \(item.name) \(item.type.rawValue)")
      lines += item.cases.map { "\($0.name) \($0.value)" }
    }
    for item in structs {
      lines.append("struct \(item.name)")
      lines += item.fields.map { "\($0.name) \($0.type.spelling)" }
    }
    for item in messages {
      lines.append("message \(item.id) \(item.name) \(item.from.rawValue) \(item.channel)")
      lines += item.fields.map { "\($0.name) \($0.type.spelling)" }
    }
    return lines.joined(separator: "\n")
  }
}
