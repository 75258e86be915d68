import Foundation

/// The one description of the wire: `Protocol/schema.json`, read and checked.
///
/// Invariants after `init(json:)`
///   - Names are unique in their kind, message identifiers are unique and not 0.
///   - Each field's enum or struct exists, and structs hold no arrays.
///   - Every message from the device fits the body of one frame.
package struct Schema: Decodable {
  package var name: String
  package var version: UInt8
  package var minimumVersion: UInt8
  package var constants: [Constant]
  package var enums: [Enumeration]
  package var structs: [Structure]
  package var messages: [Message]

  package struct Constant: Decodable {
    package var name: String
    package var type: Scalar
    package var value: UInt64
    package var doc: String
  }

  package struct Enumeration: Decodable {
    package var name: String
    package var type: Scalar
    package var doc: String
    package var cases: [Case]
  }

  package struct Case: Decodable {
    package var name: String
    package var value: UInt64
    package var doc: String
  }

  package struct Structure: Decodable {
    package var name: String
    package var doc: String
    package var fields: [Field]
  }

  package struct Message: Decodable {
    package var name: String
    package var id: UInt8
    package var from: Sender
    package var channel: String
    /// The C decoder can read everything but the last field's bytes, which the link streams.
    package var streamed: Bool?
    package var doc: String
    package var fields: [Field]
  }

  package enum Sender: String, Decodable {
    case host
    case device
  }

  package enum Scalar: String, Decodable {
    case u8, u16, u32, u64, i32

    package var byteCount: Int {
      switch self {
      case .u8: 1
      case .u16: 2
      case .u32, .i32: 4
      case .u64: 8
      }
    }
  }

  /// Reads and checks a schema; a `SchemaError` names the place and the remedy.
  package init(json: Data) throws {
    do {
      self = try JSONDecoder().decode(Schema.self, from: json)
    } catch let error as DecodingError {
      throw SchemaError("schema.json: cannot be read: \(error)")
    }
    try check()
  }

  package func structure(_ name: String) -> Structure? {
    structs.first { $0.name == name }
  }

  package func enumeration(_ name: String) -> Enumeration? {
    enums.first { $0.name == name }
  }

  package func constant(_ name: String) throws -> UInt64 {
    guard let found = constants.first(where: { $0.name == name }) else {
      throw SchemaError("schema.json: constant '\(name)' is missing; add it to 'constants'")
    }
    return found.value
  }
}

package struct SchemaError: Error, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}
