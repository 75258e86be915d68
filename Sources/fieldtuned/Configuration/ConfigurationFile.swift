import Foundation
import TOMLKit

/// A TOML file, flat: `[http] port = 1` is the key `http.port`.
struct ConfigurationFile {
  enum Value {
    case string(String)
    case integer(Int)
    case strings([String])
    /// Nothing a setting takes: what it is.
    case other(String)

    /// For messages.
    var text: String {
      switch self {
      case .string(let text): "\"\(text)\""
      case .integer(let number): "\(number)"
      case .strings(let texts): "[" + texts.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
      case .other(let kind): kind
      }
    }
  }

  let path: String
  /// In order of their keys.
  let entries: [(key: String, value: Value)]
  private let lines: KeyLines

  /// - Throws: `ConfigurationError` naming the file, and the line where it is no TOML.
  init(path: String) throws(ConfigurationError) {
    self.path = path
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw ConfigurationError("\(path): cannot be read: \((error as NSError).localizedDescription)")
    }
    lines = KeyLines(text)
    do {
      entries = Self.flat(try TOMLTable(string: text), below: "").sorted { $0.key < $1.key }
    } catch let error as TOMLParseError {
      throw ConfigurationError("\(path): line \(error.source.begin.line): no TOML: \(error.description)")
    } catch {
      throw ConfigurationError("\(path): no TOML: \(error)")
    }
  }

  /// Where the key stands: the file, and the line where it is known.
  func place(of key: String) -> String { path + (lines[key].map { ": line \($0)" } ?? "") }

  private static func flat(_ table: TOMLTable, below prefix: String) -> [(key: String, value: Value)] {
    table.keys.flatMap { name -> [(key: String, value: Value)] in
      guard let value = table[name] else { return [] }
      if let inner = value.table { return flat(inner, below: prefix + name + ".") }
      return [(prefix + name, Self.value(of: value))]
    }
  }

  private static func value(of value: any TOMLValueConvertible) -> Value {
    if let text = value.string { return .string(text) }
    if let number = value.int { return .integer(number) }
    if let array = value.array {
      let texts = array.compactMap(\.string)
      if texts.count == array.count { return .strings(texts) }
    }
    return .other("a value of type \(value.type)")
  }
}
