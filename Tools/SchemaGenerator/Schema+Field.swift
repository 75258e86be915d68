extension Schema {
  package struct Field: Decodable {
    package var name: String
    package var doc: String
    package var type: FieldType

    private enum Key: String, CodingKey {
      case name, doc, type, `enum`, of, maximum, count
    }

    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      name = try values.decode(String.self, forKey: .name)
      doc = try values.decode(String.self, forKey: .doc)
      switch try values.decode(String.self, forKey: .type) {
      case "fixed": type = .fixed(count: try values.decode(Int.self, forKey: .count))
      case "bytes": type = .bytes(maximum: try values.decode(Int.self, forKey: .maximum))
      case "string": type = .string(maximum: try values.decode(Int.self, forKey: .maximum))
      case "array":
        type = .array(
          of: try values.decode(String.self, forKey: .of),
          maximum: try values.decode(Int.self, forKey: .maximum))
      case let scalar:
        guard let scalar = Scalar(rawValue: scalar) else {
          throw SchemaError(
            "field '\(name)': type '\(scalar)' is unknown; "
              + "use u8, u16, u32, u64, i32, fixed, bytes, string or array")
        }
        if let named = try values.decodeIfPresent(String.self, forKey: .enum) {
          type = .enumeration(named, scalar)
        } else {
          type = .scalar(scalar)
        }
      }
    }
  }

  package enum FieldType {
    case scalar(Scalar)
    case enumeration(String, Scalar)
    /// Exactly `count` bytes.
    case fixed(count: Int)
    /// u16 count, then the bytes.
    case bytes(maximum: Int)
    /// u8 count, then UTF-8.
    case string(maximum: Int)
    /// u8 count, then the structs one after the other.
    case array(of: String, maximum: Int)

    /// As the reference page and the schema hash spell it.
    package var spelling: String {
      switch self {
      case .scalar(let scalar): scalar.rawValue
      case .enumeration(let name, let scalar): "\(scalar.rawValue) \(name)"
      case .fixed(let count): "\(count) bytes"
      case .bytes(let maximum): "u16 count, at most \(maximum) bytes"
      case .string(let maximum): "u8 count, at most \(maximum) bytes of UTF-8"
      case .array(let name, let maximum): "u8 count, at most \(maximum) of \(name)"
      }
    }
  }

  /// Most bytes that the fields can take on the wire.
  package func maximumBytes(_ fields: [Field]) -> Int {
    fields.reduce(0) { $0 + maximumBytes($1.type) }
  }

  package func maximumBytes(_ type: FieldType) -> Int {
    switch type {
    case .scalar(let scalar), .enumeration(_, let scalar): scalar.byteCount
    case .fixed(let count): count
    case .bytes(let maximum): 2 + maximum
    case .string(let maximum): 1 + maximum
    case .array(let name, let maximum):
      1 + maximum * maximumBytes(structure(name)?.fields ?? [])
    }
  }
}
