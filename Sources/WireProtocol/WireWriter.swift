/// Writes fields, little-endian.
package struct WireWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func write(fixed value: [UInt8], count: Int) {
    precondition(value.count == count, "found \(value.count) bytes, expected \(count)")
    bytes += value
  }

  package mutating func write(bytes value: [UInt8], maximum: Int) {
    precondition(value.count <= maximum, "found \(value.count) bytes, expected \(maximum) at most")
    write(UInt16(value.count))
    bytes += value
  }

  /// Text longer than `maximum` bytes is cut behind its last whole character.
  package mutating func write(text value: String, maximum: Int) {
    var kept = value[...]
    while kept.utf8.count > maximum { kept.removeLast() }
    write(UInt8(kept.utf8.count))
    bytes += kept.utf8
  }

  package mutating func write<Element: WireRecord>(array value: [Element], maximum: Int) {
    precondition(value.count <= maximum, "found \(value.count) items, expected \(maximum) at most")
    write(UInt8(value.count))
    for element in value { element.write(to: &self) }
  }
}
