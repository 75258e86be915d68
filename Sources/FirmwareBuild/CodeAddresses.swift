import Foundation

/// Where the code of a linked ELF file lies.
struct CodeAddresses: Sendable {
  struct Function: Hashable, Sendable {
    var name: String
    var addresses: Range<UInt32>
  }

  /// Sorted by address.
  let functions: [Function]

  private let elf: URL
  private let addr2line: Tool
  private let objdump: Tool

  /// Reads the symbols of `elf`. Those without a size are labels of the linker or of assembly.
  init(of elf: URL, searchPath: String) throws(FirmwareBuildError) {
    let packages = ["binutils-arm-none-eabi"]
    let nm = try Tool("arm-none-eabi-nm", packages: packages, searchPath: searchPath)
    addr2line = try Tool("arm-none-eabi-addr2line", packages: packages, searchPath: searchPath)
    objdump = try Tool("arm-none-eabi-objdump", packages: packages, searchPath: searchPath)
    self.elf = elf
    let symbols = try Self.output(of: nm, ["--defined-only", "--print-size", "--numeric-sort", elf.path])
    functions = symbols.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 4, "tTwW".contains(words[2]), let start = UInt32(words[0], radix: 16),
        let bytes = UInt32(words[1], radix: 16)
      else { return nil }
      let address = start & ~1  // the lowest bit says Thumb
      return Function(name: String(words[3]), addresses: address..<address + bytes)
    }
  }

  func function(named name: String) throws(FirmwareBuildError) -> Function {
    guard let function = functions.first(where: { $0.name == name }) else {
      throw .unreadableToolOutput(tool: "arm-none-eabi-nm", line: "no function '\(name)'")
    }
    return function
  }

  /// The functions whose first line is in the source file of that name.
  func functions(of source: String) throws(FirmwareBuildError) -> [Function] {
    let addresses = functions.map { String($0.addresses.lowerBound, radix: 16) }
    let lines = try Self.output(of: addr2line, ["--exe", elf.path] + addresses).split(separator: "\n")
    guard lines.count == functions.count else {
      throw .unreadableToolOutput(
        tool: addr2line.path, line: "found \(lines.count) lines, expected \(functions.count)")
    }
    return zip(functions, lines).filter { $0.1.contains("/\(source):") }.map(\.0)
  }

  /// Every instruction, with functions and source lines.
  func disassembly() throws(FirmwareBuildError) -> String {
    try Self.output(of: objdump, ["--disassemble", "--line-numbers", elf.path])
  }

  private static func output(of tool: Tool, _ arguments: [String]) throws(FirmwareBuildError) -> String {
    let result = try tool.run(arguments)
    guard result.status == 0 else { throw .processFailed(program: tool.path, reason: result.output) }
    return result.output
  }
}
