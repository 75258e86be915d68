import ArtifactManifest
import Foundation
import Telemetry

/// The uploads of a daemon's runs, in files named by their content, so that equal data is kept once.
///
/// Invariants:
/// - A name that `keep` has returned stands for its bytes, even if the machine loses power then.
/// - A file is never changed.
package struct UploadVault: Sendable {
  package let directory: URL

  package init(directory: URL) { self.directory = directory }

  /// - Returns: the name under which the bytes are kept.
  /// - Throws: `StoreError`.
  package func keep(_ bytes: [UInt8]) throws -> String {
    try made()
    let content = "\(Digest64(bytes).hex)-\(bytes.count)"
    // The digest is no proof of equality: other bytes of the same one get another name.
    for number in 1... {
      let name = number == 1 ? content : "\(content)-\(number)"
      guard FileManager.default.fileExists(atPath: url(name).path) else {
        try write(bytes, to: name)
        return name
      }
      if try self.bytes(name) == bytes { return name }
    }
    preconditionFailure("names without end")
  }

  /// - Throws: `StoreError` when there is no such file.
  package func bytes(_ name: String) throws -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: url(name)))
    } catch {
      throw StoreError.failed(path: url(name).path, reason: (error as NSError).localizedDescription)
    }
  }

  /// Removes all files but these.
  package func sweep(keeping names: Set<String>) throws {
    guard FileManager.default.fileExists(atPath: directory.path) else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) where !names.contains(name) {
      try FileManager.default.removeItem(at: url(name))
    }
  }

  private func url(_ name: String) -> URL { directory.appendingPathComponent(name) }

  private func made() throws {
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw StoreError.cannotOpen(path: directory.path, reason: (error as NSError).localizedDescription)
    }
  }

  /// The name appears once the bytes are on the disk, and is there to stay once this returns.
  private func write(_ bytes: [UInt8], to name: String) throws {
    let partial = url(".\(name).\(UUID().uuidString)").path
    let file = try Self.checked(open(partial, O_WRONLY | O_CREAT | O_EXCL, 0o600), partial)
    do {
      defer { close(file) }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        rest = rest.dropFirst(Int(try Self.checked(Int32(clamping: count), partial)))
      }
      _ = try Self.checked(fsync(file), partial)
    } catch {
      unlink(partial)
      throw error
    }
    _ = try Self.checked(rename(partial, url(name).path), partial)
    let folder = try Self.checked(open(directory.path, O_RDONLY | O_DIRECTORY), directory.path)
    defer { close(folder) }
    _ = try Self.checked(fsync(folder), directory.path)
  }

  private static func checked(_ result: Int32, _ path: String) throws -> Int32 {
    guard result < 0 else { return result }
    let reason = errno
    if reason == ENOSPC || reason == EDQUOT { throw StoreError.full(path: path) }
    throw StoreError.failed(path: path, reason: String(cString: strerror(reason)))
  }
}
