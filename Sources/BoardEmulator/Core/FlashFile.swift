import Foundation

/// A file that holds what the flash holds, so that it survives the process as flash survives a power cut.
final class FlashFile {
  private let handle: FileHandle
  private let region: MemoryRegion

  /// Takes over what the file holds; makes one of erased flash where there is none.
  init(_ path: String, for region: MemoryRegion) throws {
    self.region = region
    if let content = FileManager.default.contents(atPath: path) {
      guard content.count == Int(region.size) else {
        throw Finding(.broken, "\(path): found \(content.count) bytes: expected \(region.size), the flash of this board: name another file")
      }
      content.copyBytes(to: region.bytes, count: content.count)
    } else {
      guard FileManager.default.createFile(atPath: path, contents: Data(bytes: region.bytes, count: Int(region.size))) else {
        throw Finding(.broken, "\(path): cannot be made: expected a file that may be written")
      }
    }
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw Finding(.broken, "\(path): cannot be written: expected a file that may be written")
    }
    self.handle = handle
  }

  func store(_ range: Range<UInt32>) {
    let offset = Int(range.lowerBound - region.start)
    handle.seek(toFileOffset: UInt64(offset))
    handle.write(Data(bytes: region.bytes + offset, count: range.count))
  }
}

extension Machine {
  /// Before `load`: flash holds what that file holds, and the file what flash holds from now on.
  package func keepFlash(in path: String) throws {
    guard let flash = memory.first(where: { $0.kind == .flash }) else { return }
    flashFile = try FlashFile(path, for: flash)
  }
}
