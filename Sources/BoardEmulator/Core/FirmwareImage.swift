import Foundation

/// The loadable parts of an ELF file for a 32-bit Arm (System V ABI, chapter 5), as a programmer writes them.
package struct FirmwareImage: Sendable {
  package struct Segment: Sendable {
    package let address: UInt32
    package let bytes: [UInt8]
  }

  package let segments: [Segment]

  package init(contentsOf url: URL) throws {
    guard let data = FileManager.default.contents(atPath: url.path) else {
      throw Finding(.broken, "\(url.path): cannot be read: expected an ELF file of 'fieldtune build'")
    }
    try self.init([UInt8](data), name: url.lastPathComponent)
  }

  package init(_ file: [UInt8], name: String) throws(Finding) {
    func number(_ offset: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(offset + $1 < file.count ? file[offset + $1] : 0) << (8 * $1) }
    }
    guard file.count >= 52, file[0..<6].elementsEqual([0x7F, 0x45, 0x4C, 0x46, 1, 1]), number(18, 2) == 40 else {
      throw Finding(.broken, "\(name): found no ELF header of a little-endian 32-bit Arm: expected a file of 'fieldtune build'")
    }
    let headers = number(28, 4)
    let size = number(42, 2)
    var segments: [Segment] = []
    for index in 0..<number(44, 2) {
      let header = headers + index * size
      let (type, offset, address, bytes) = (number(header, 4), number(header + 4, 4), number(header + 12, 4), number(header + 16, 4))
      guard type == 1, bytes > 0 else { continue }  // PT_LOAD
      guard offset + bytes <= file.count else {
        throw Finding(.broken, "\(name): segment \(index) ends at byte \(offset + bytes): found \(file.count) bytes: build it again")
      }
      segments.append(Segment(address: UInt32(address), bytes: Array(file[offset..<offset + bytes])))
    }
    self.segments = segments
  }
}

extension Machine {
  /// Writes the image into flash, as a programmer would, erased around it.
  package func load(_ image: FirmwareImage) throws(Finding) {
    for segment in image.segments {
      guard let region = region(at: segment.address, count: UInt32(segment.bytes.count)), region.kind == .flash else {
        throw Finding(
          .broken, "the image has \(segment.bytes.count) bytes for 0x\(hex(segment.address)): expected flash of the \(board.chip.name)")
      }
      for (offset, byte) in segment.bytes.enumerated() { region.bytes[Int(segment.address - region.start) + offset] = byte }
      flashFile?.store(segment.address..<segment.address + UInt32(segment.bytes.count))
    }
  }
}
