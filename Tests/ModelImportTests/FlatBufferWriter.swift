/// Writes small FlatBuffers for tests, parents before children; nothing is aligned.
struct FlatBufferWriter {
  indirect enum Value {
    case int8(Int8)
    case int32(Int32)
    case float(Float)
    /// Fields by slot.
    case table([Int: Value])
    case tables([Value])
    case int32s([Int])
    case int64s([Int])
    case floats([Float])
    case bytes([UInt8])
    case string(String)
  }

  private var bytes: [UInt8] = []

  static func file(_ root: Value, identifier: String) -> [UInt8] {
    var writer = FlatBufferWriter()
    writer.append(UInt32(0))
    writer.bytes += Array(identifier.utf8)
    writer.patch(0, toPointAt: writer.write(root))
    return writer.bytes
  }

  private mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
  }

  private mutating func patch(_ place: Int, toPointAt target: Int) {
    let offset = UInt32(target - place)
    for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: offset >> UInt32(8 * byte)) }
  }

  /// Writes what an offset points at and returns where it begins.
  private mutating func write(_ value: Value) -> Int {
    switch value {
    case .int8, .int32, .float: preconditionFailure("\(value) stands inline")
    case .table(let fields): return writeTable(fields)
    case .tables(let tables): return writeTables(tables)
    case .int32s(let numbers): return writeVector(numbers.map { Int32($0) })
    case .int64s(let numbers): return writeVector(numbers.map { Int64($0) })
    case .floats(let numbers): return writeVector(numbers.map(\.bitPattern))
    case .bytes(let bytes): return writeVector(bytes)
    case .string(let text): return writeVector(Array(text.utf8))
    }
  }

  private mutating func writeVector<T: FixedWidthInteger>(_ numbers: [T]) -> Int {
    let start = bytes.count
    append(UInt32(numbers.count))
    for number in numbers { append(number) }
    return start
  }

  private mutating func writeTables(_ tables: [Value]) -> Int {
    let start = writeVector(tables.map { _ in UInt32(0) })
    for (index, table) in tables.enumerated() { patch(start + 4 + 4 * index, toPointAt: write(table)) }
    return start
  }

  private mutating func writeTable(_ fields: [Int: Value]) -> Int {
    let slots = (fields.keys.max() ?? -1) + 1
    let vtable = bytes.count
    append(UInt16(4 + 2 * slots))
    append(UInt16(4 + 4 * fields.count))
    let order = fields.keys.sorted()
    for slot in 0..<slots { append(UInt16(order.firstIndex(of: slot).map { 4 + 4 * $0 } ?? 0)) }
    let table = bytes.count
    append(Int32(table - vtable))
    for slot in order { appendInline(fields[slot]) }
    for (index, slot) in order.enumerated() {
      guard let value = fields[slot], !isInline(value) else { continue }
      patch(table + 4 + 4 * index, toPointAt: write(value))
    }
    return table
  }

  private func isInline(_ value: Value) -> Bool {
    switch value {
    case .int8, .int32, .float: true
    default: false
    }
  }

  /// Four bytes a field, whatever its size: the rest is padding.
  private mutating func appendInline(_ value: Value?) {
    switch value {
    case .int8(let number): append(Int32(number))
    case .int32(let number): append(number)
    case .float(let number): append(number.bitPattern)
    default: append(UInt32(0))
    }
  }
}
