import Foundation

/// Writes a file whole or not at all: a temporary file beside it, then a rename.
package struct AtomicFile {
  /// `write(2)`; a seam for a disk that is full.
  package typealias WriteCall = (_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int

  private let target: URL
  private let writeCall: WriteCall

  /// - Parameter url: the file to make or replace; a symbolic link is followed.
  package init(_ url: URL, write: @escaping WriteCall = { Foundation.write($0, $1, $2) }) {
    target = url.resolvingSymlinksInPath()
    writeCall = write
  }

  /// - Throws: `ExportError`; then nothing has changed and nothing is left behind.
  package func write(_ bytes: [UInt8]) throws {
    try verifyTarget()
    let temporary = "\(target.path).\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("open") }
    do {
      try fill(descriptor, bytes)
      guard rename(temporary, target.path) == 0 else { throw failure("rename") }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// A rename would put a file in the place of a device or a pipe.
  private func verifyTarget() throws {
    var status = stat()
    guard stat(target.path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
    throw ExportError(
      .unwritable, target.path, found: "something that is no regular file", expected: "a file or nothing",
      advice: "choose another path")
  }

  private func fill(_ descriptor: Int32, _ bytes: [UInt8]) throws {
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = writeCall(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure("write") }
        written += count
      }
    }
    guard fsync(descriptor) == 0 else { throw failure("sync") }
  }

  private func failure(_ call: String) -> ExportError {
    let code = errno
    let advice =
      switch code {
      case ENOSPC, EDQUOT: "free some space or choose another disk; nothing was written"
      case EACCES, EPERM, EROFS: "choose a folder you may write to"
      default: "choose another path"
      }
    return ExportError(
      .unwritable, target.path, found: "\(String(cString: strerror(code))) (\(call))",
      expected: "a file that can be written",
      advice: advice)
  }
}
