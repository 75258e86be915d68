import Foundation

/// Sections of an ELF file, from `size -A`.
struct SectionSizes: Hashable, Sendable {
  struct Section: Hashable, Sendable {
    var name: String
    var bytes: Int
    var address: UInt64
  }

  var sections: [Section] = []

  /// Reads lines `name size address`; headings, empty lines and the total are skipped, and so are line
  /// tables, which stay in the file.
  init(sizeOutput: String) throws(FirmwareBuildError) {
    for line in sizeOutput.split(separator: "\n") where line.hasPrefix(".") && !line.hasPrefix(".debug") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count == 3, let bytes = Int(words[1]), let address = UInt64(words[2]) else {
        throw .unreadableToolOutput(tool: "size -A", line: String(line))
      }
      sections.append(Section(name: String(words[0]), bytes: bytes, address: address))
    }
  }

  /// Of an ELF file, linked or not.
  init(of file: URL, tool size: Tool) throws(FirmwareBuildError) {
    let result = try size.run(["-A", "-d", file.path])
    guard result.status == 0 else {
      throw .processFailed(program: size.path, reason: result.output)
    }
    try self.init(sizeOutput: result.output)
  }

  func bytes(withPrefix prefix: String) -> Int {
    sections.filter { $0.name.hasPrefix(prefix) }.reduce(0) { $0 + $1.bytes }
  }

  func bytes(_ names: String...) -> Int {
    sections.filter { names.contains($0.name) }.reduce(0) { $0 + $1.bytes }
  }

  /// Bytes of the sections whose address lies in [start, start + length).
  func bytes(from start: UInt64, length: Int) -> Int {
    sections.filter { $0.address >= start && $0.address - start < UInt64(length) && $0.bytes > 0 }
      .map { Int($0.address - start) + $0.bytes }.max() ?? 0
  }
}
