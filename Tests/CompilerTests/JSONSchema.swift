import Foundation

/// A JSON Schema as far as the schema of update plans goes. A keyword it does not know fails every document.
struct JSONSchema {
  private let root: [String: Any]

  init(_ data: Data) throws {
    root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? ["unreadable": true]
  }

  func accepts(_ json: String) throws -> Bool {
    accepts(try JSONSerialization.jsonObject(with: Data(json.utf8)), root)
  }

  private func accepts(_ value: Any, _ schema: [String: Any]) -> Bool {
    schema.allSatisfy { keyword, rule in holds(keyword, rule, value, schema) }
  }

  private func holds(_ keyword: String, _ rule: Any, _ value: Any, _ schema: [String: Any]) -> Bool {
    let object = value as? [String: Any]
    switch keyword {
    case "$schema", "$defs", "title", "description": return true
    case "$ref": return accepts(value, definition(rule))
    case "type": return isOfType(value, rule as? String ?? "")
    case "const": return (value as? NSNumber) == (rule as? NSNumber)
    case "enum": return (value as? String).map { (rule as? [String] ?? []).contains($0) } ?? false
    case "minimum": return number(value) >= number(rule)
    case "exclusiveMinimum": return number(value) > number(rule)
    case "maximum": return number(value) <= number(rule)
    case "required": return (rule as? [String] ?? []).allSatisfy { object?[$0] != nil }
    case "oneOf": return (rule as? [[String: Any]] ?? []).count { accepts(value, $0) } == 1
    case "items": return (value as? [Any] ?? []).allSatisfy { accepts($0, rule as? [String: Any] ?? [:]) }
    case "properties":
      let properties = rule as? [String: [String: Any]] ?? [:]
      return (object ?? [:]).allSatisfy { name, member in properties[name].map { accepts(member, $0) } ?? true }
    case "additionalProperties":
      let known = Set((schema["properties"] as? [String: Any] ?? [:]).keys)
      return Set((object ?? [:]).keys).isSubset(of: known)
    default: return false
    }
  }

  private func definition(_ reference: Any) -> [String: Any] {
    let name = (reference as? String ?? "").split(separator: "/").last.map(String.init) ?? ""
    return (root["$defs"] as? [String: [String: Any]])?[name] ?? ["unknown": reference]
  }

  private func isOfType(_ value: Any, _ type: String) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "boolean": isBoolean(value)
    case "number": value is NSNumber && !isBoolean(value)
    case "integer": value is NSNumber && !isBoolean(value) && number(value).rounded() == number(value)
    default: false
    }
  }

  private func number(_ value: Any) -> Double { (value as? NSNumber)?.doubleValue ?? .nan }
  private func isBoolean(_ value: Any) -> Bool { (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false }
}
