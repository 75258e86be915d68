/// The elements of an array file, in row-major order.
enum ArrayValues: Equatable {
  case unsigned([UInt8])
  case signed([Int8])
  /// Integers of more than eight bits: labels, or samples that become real values.
  case integers([Int64])
  case real([Float])

  var count: Int {
    switch self {
    case .unsigned(let values): values.count
    case .signed(let values): values.count
    case .integers(let values): values.count
    case .real(let values): values.count
    }
  }
}

/// An array file's content: `values.count` is the product of `shape`.
struct ArrayContent: Equatable {
  let shape: [Int]
  let values: ArrayValues
}

/// The number formats of array files.
enum ElementFormat: Equatable {
  case u8, i8, u16, i16, u32, i32, i64, f32, f64

  var byteCount: Int {
    switch self {
    case .u8, .i8: 1
    case .u16, .i16: 2
    case .u32, .i32, .f32: 4
    case .i64, .f64: 8
    }
  }

  /// Reads `bytes`, a whole number of elements.
  func decode(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> ArrayValues {
    precondition(bytes.count % byteCount == 0, "\(bytes.count) bytes of \(self)")
    func words<Word: FixedWidthInteger>(_: Word.Type) -> [Word] {
      bytes.withUnsafeBytes { raw in
        stride(from: 0, to: raw.count, by: byteCount).map { offset in
          let word = raw.loadUnaligned(fromByteOffset: offset, as: Word.self)
          return bigEndian ? Word(bigEndian: word) : Word(littleEndian: word)
        }
      }
    }
    return switch self {
    case .u8: .unsigned(Array(bytes))
    case .i8: .signed(bytes.map(Int8.init(bitPattern:)))
    case .u16: .integers(words(UInt16.self).map(Int64.init))
    case .i16: .integers(words(Int16.self).map(Int64.init))
    case .u32: .integers(words(UInt32.self).map(Int64.init))
    case .i32: .integers(words(Int32.self).map(Int64.init))
    case .i64: .integers(words(Int64.self))
    case .f32: .real(words(UInt32.self).map(Float.init(bitPattern:)))
    case .f64: .real(words(UInt64.self).map { Float(Double(bitPattern: $0)) })
    }
  }
}
