/// The Python dictionary at the head of an NPY file:
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NPYHeader: Equatable {
  let format: ElementFormat
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: [Int]

  init(_ text: String, place: String) throws {
    var scanner = Scanner(rest: text[...], place: place)
    var elementType: Substring?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try scanner.expect("{")
    while !scanner.skip("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      switch key {
      case "descr": elementType = try scanner.elementType()
      case "fortran_order": isFortranOrder = try scanner.boolean()
      case "shape": shape = try scanner.tuple()
      default: throw scanner.failure(expected: "the keys descr, fortran_order and shape")
      }
      if !scanner.skip(",") {
        try scanner.expect("}")
        break
      }
    }
    guard scanner.isAtEnd, let elementType, let isFortranOrder, let shape else {
      throw scanner.failure(expected: "one dictionary with descr, fortran_order and shape")
    }
    format = try Self.format(elementType, place: place)
    isBigEndian = elementType.hasPrefix(">")
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  private static func format(_ elementType: Substring, place: String) throws -> ElementFormat {
    switch elementType.drop(while: { "<>|=".contains($0) }) {
    case "u1", "b1": return .u8
    case "i1": return .i8
    case "u2": return .u16
    case "i2": return .i16
    case "u4": return .u32
    case "i4": return .i32
    case "i8": return .i64
    case "f4": return .f32
    case "f8": return .f64
    default:
      throw DatasetError(
        .unsupported, place, found: "elements of type '\(elementType)'",
        expected: "numbers: u1, i1, i2, i4, i8, f4 or f8 (convert it with numpy's astype)")
    }
  }
}

extension NPYHeader {
  /// Reads the few forms of Python literals that NumPy writes.
  private struct Scanner {
    var rest: Substring
    let place: String

    var isAtEnd: Bool { rest.allSatisfy(\.isWhitespace) }

    mutating func skip(_ token: Character) -> Bool {
      rest = rest.drop(while: \.isWhitespace)
      guard rest.first == token else { return false }
      rest = rest.dropFirst()
      return true
    }

    mutating func expect(_ token: Character) throws {
      guard skip(token) else { throw failure(expected: "'\(token)'") }
    }

    mutating func string() throws -> Substring {
      let quote: Character = skip("\"") ? "\"" : "'"
      if quote == "'" { try expect(quote) }
      let text = rest.prefix { $0 != quote }
      rest = rest.dropFirst(text.count)
      try expect(quote)
      return text
    }

    mutating func elementType() throws -> Substring {
      guard !skip("[") else {
        throw DatasetError(
          .unsupported, place, found: "records of several fields", expected: "plain numbers")
      }
      return try string()
    }

    mutating func boolean() throws -> Bool {
      switch word() {
      case "True": return true
      case "False": return false
      default: throw failure(expected: "True or False")
      }
    }

    mutating func tuple() throws -> [Int] {
      try expect("(")
      var numbers: [Int] = []
      while !skip(")") {
        guard let number = Int(word()), number >= 0 else {
          throw failure(expected: "a dimension")
        }
        numbers.append(number)
        if !skip(",") {
          try expect(")")
          break
        }
      }
      return numbers
    }

    private mutating func word() -> Substring {
      rest = rest.drop(while: \.isWhitespace)
      let word = rest.prefix { $0.isLetter || $0.isNumber }
      rest = rest.dropFirst(word.count)
      return word
    }

    func failure(expected: String) -> DatasetError {
      DatasetError(
        .damaged, "\(place): NPY header", found: "'\(rest.prefix(20))'", expected: expected)
    }
  }
}
