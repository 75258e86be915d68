/// The code of a firmware, from `objdump -d -l` of an ELF file with line numbers.
package struct Disassembly: Sendable {
  package struct Function: Hashable, Sendable {
    package var name: String
    package var addresses: Range<Int>
    /// The last part of the file it is written in; empty where no line is known.
    package var file: String
  }

  /// File and line an instruction comes from.
  package struct Line: Hashable, Sendable {
    package var file: String
    package var number: Int
  }

  package private(set) var functions: [Function] = []
  package private(set) var instructions: [Int: Instruction] = [:]
  package private(set) var lines: [Int: Line] = [:]

  package init(objdump text: String) {
    var line: Line?
    for row in text.utf8.split(separator: UInt8(ascii: "\n")).lazy.map({ Substring($0) }) {
      if let instruction = Instruction(disassembled: row) {
        instructions[instruction.address] = instruction
        if let line { lines[instruction.address] = line }
        extendFunction(with: instruction, line)
      } else if let name = Self.label(row) {
        functions.append(Function(name: name, addresses: 0..<0, file: ""))
        line = nil
      } else if let found = Self.line(row) {
        line = found
      }
    }
  }

  package func function(named name: String) -> Function? { functions.first { $0.name == name } }

  package func function(at address: Int) -> Function? { functions.first { $0.addresses.contains(address) } }

  /// The function that the call at `address` goes to; `nil` for any other instruction and for calls through pointers.
  package func callee(at address: Int) -> String? {
    guard let instruction = instructions[address], case .branch(.direct(let target)) = instruction.kind,
      let callee = function(at: target), callee.addresses.lowerBound == target
    else { return nil }
    return callee.name
  }

  private mutating func extendFunction(with instruction: Instruction, _ line: Line?) {
    guard var function = functions.popLast() else { return }
    if function.addresses.isEmpty {
      function.addresses = instruction.address..<instruction.end
      function.file = line?.file ?? ""
    } else {
      function.addresses = function.addresses.lowerBound..<instruction.end
    }
    functions.append(function)
  }

  /// `08000200 <add_s8>:`
  private static func label(_ row: Substring) -> String? {
    guard row.hasSuffix(">:"), let open = row.firstIndex(of: "<") else { return nil }
    return String(row[open...].dropFirst().dropLast(2))
  }

  /// `/path/file.c:12`, perhaps with ` (discriminator 3)` behind.
  private static func line(_ row: Substring) -> Line? {
    guard row.hasPrefix("/"), let colon = row.lastIndex(of: ":"),
      let number = Int(row[colon...].dropFirst().prefix(while: \.isNumber))
    else { return nil }
    let path = row[..<colon]
    return Line(file: String(path[(path.lastIndex(of: "/") ?? path.startIndex)...].dropFirst()), number: number)
  }
}
