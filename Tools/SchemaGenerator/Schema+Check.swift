extension Schema {
  /// Throws for the first thing that would generate wrong or colliding code.
  func check() throws {
    try checkUnique(constants.map(\.name), "constant")
    try checkUnique(
      enums.map(\.name) + structs.map(\.name) + messages.map(\.name), "enum, struct or message")
    for enumeration in enums {
      try checkUnique(enumeration.cases.map(\.name), "case of enum '\(enumeration.name)'")
      try checkUnique(enumeration.cases.map(\.value), "value of enum '\(enumeration.name)'")
    }
    for structure in structs {
      try checkFields(structure.fields, in: structure.name)
      for case .array in structure.fields.map(\.type) {
        throw SchemaError("struct '\(structure.name)' holds an array; only messages may")
      }
    }
    try checkUnique(messages.map(\.id), "message identifier")
    for message in messages { try checkMessage(message) }
  }

  private func checkMessage(_ message: Message) throws {
    let place = "message '\(message.name)'"
    guard message.id != 0 else { throw SchemaError("\(place): identifier 0 is reserved") }
    guard let channels = enumeration("channel"),
      channels.cases.contains(where: { $0.name == message.channel })
    else { throw SchemaError("\(place): channel '\(message.channel)' is not in enum 'channel'") }
    try checkFields(message.fields, in: message.name)
    let found = 1 + maximumBytes(message.fields)
    let limit = Int(try constant("maximumBodyBytes"))
    if message.from == .device, found > limit {
      throw SchemaError(
        "\(place): up to \(found) bytes, but a device message must fit the \(limit) bytes of one "
          + "body; lower a field's maximum")
    }
    if message.from == .host { try checkDecodable(message, place) }
    if message.streamed == true {
      guard case .bytes? = message.fields.last?.type else {
        throw SchemaError("\(place): a streamed message ends with a field of type bytes")
      }
    }
  }

  /// The firmware's decoder knows what the host has sent so far, and no more.
  private func checkDecodable(_ message: Message, _ place: String) throws {
    for field in message.fields {
      switch field.type {
      case .array, .string, .fixed:
        throw SchemaError("\(place).\(field.name): the C decoder reads numbers and bytes alone; use bytes")
      case .enumeration(let name, let scalar):
        guard scalar == .u8 else {
          throw SchemaError("\(place).\(field.name): enum '\(name)' is \(scalar), but the C decoder checks u8 alone")
        }
      case .scalar, .bytes:
        break
      }
    }
  }

  private func checkFields(_ fields: [Field], in place: String) throws {
    try checkUnique(fields.map(\.name), "field of '\(place)'")
    for field in fields {
      switch field.type {
      case .enumeration(let name, let scalar):
        guard let found = enumeration(name) else {
          throw SchemaError("\(place).\(field.name): there is no enum '\(name)'")
        }
        guard found.type == scalar else {
          throw SchemaError(
            "\(place).\(field.name): type \(scalar), but enum '\(name)' is \(found.type)")
        }
      case .array(let name, let maximum):
        guard structure(name) != nil, maximum <= 255 else {
          throw SchemaError(
            "\(place).\(field.name): an array needs a struct ('\(name)') and a maximum below 256")
        }
      case .string(let maximum):
        guard maximum <= 255 else {
          throw SchemaError("\(place).\(field.name): maximum \(maximum), expected below 256")
        }
      case .bytes(let maximum):
        guard maximum <= 65535 else {
          throw SchemaError("\(place).\(field.name): maximum \(maximum), expected below 65536")
        }
      case .scalar, .fixed:
        break
      }
    }
  }

  private func checkUnique<Value: Hashable>(_ values: [Value], _ what: String) throws {
    var seen = Set<Value>()
    for value in values where !seen.insert(value).inserted {
      throw SchemaError("schema.json: \(what) '\(value)' appears twice; each needs its own")
    }
  }
}
