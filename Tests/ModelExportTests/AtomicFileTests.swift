import Foundation
import ModelExport
import Testing

@Suite struct AtomicFileTests {
  /// Runs `body` in a folder of its own and gives the names that are left in it.
  private func names(after body: (URL) throws -> Void) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fieldtune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }
    try body(folder)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func newFile_holdsTheBytes() throws {
    let left = try names { folder in
      let url = folder.appendingPathComponent("out.tflite")
      try AtomicFile(url).write([1, 2, 3])
      #expect(try [UInt8](Data(contentsOf: url)) == [1, 2, 3])
    }
    #expect(left == ["out.tflite"])
  }

  @Test func writesInPieces_areJoined() throws {
    let left = try names { folder in
      let url = folder.appendingPathComponent("out.tflite")
      let bytes = (0..<100).map { UInt8($0) }
      try AtomicFile(url, write: { Foundation.write($0, $1, min($2, 7)) }).write(bytes)
      #expect(try [UInt8](Data(contentsOf: url)) == bytes)
    }
    #expect(left == ["out.tflite"])
  }

  @Test func symbolicLink_staysAndItsTargetIsReplaced() throws {
    let left = try names { folder in
      let (url, link) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("b"))
      try AtomicFile(url).write([1])
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
      try AtomicFile(link).write([2])
      #expect(try [UInt8](Data(contentsOf: url)) == [2])
    }
    #expect(left == ["a", "b"])
  }

  @Test func fullDisk_leavesTheOldFileAndNothingElse() throws {
    let left = try names { folder in
      let url = folder.appendingPathComponent("out.tflite")
      try AtomicFile(url).write([1, 2, 3])
      let full = AtomicFile(url) { descriptor, bytes, count in
        guard count > 4 else {
          errno = ENOSPC
          return -1
        }
        return Foundation.write(descriptor, bytes, 4)
      }
      let error = #expect(throws: ExportError.self) { try full.write([9, 9, 9, 9, 9]) }
      #expect(error?.kind == .unwritable)
      #expect(
        error?.description.hasSuffix(
          "expected a file that can be written; free some space or choose another disk; nothing was written"
        )
          == true, "\(error?.description ?? "")")
      #expect(try [UInt8](Data(contentsOf: url)) == [1, 2, 3])
    }
    #expect(left == ["out.tflite"])
  }

  @Test(arguments: ["/dev/null", "/", "/nowhere/out.tflite"])
  func placeThatIsNoFile_isRefused(path: String) {
    let error = #expect(throws: ExportError.self) { try AtomicFile(URL(fileURLWithPath: path)).write([1]) }
    #expect(error?.kind == .unwritable)
  }
}
