import Foundation

/// The state directory belongs to one daemon at a time: a lock on a file in it, which the kernel lets go of when
/// the daemon ends, however it ends.
final class StateLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `ConfigurationError` naming the other daemon's process.
  init(directory: String) throws {
    let path = directory + "/daemon.lock"
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw ConfigurationError(
        "state-directory: \(directory): cannot be made: \((error as NSError).localizedDescription): set "
          + "state-directory in the configuration")
    }
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw ConfigurationError(
        "state-directory: \(path): cannot be written: \(String(cString: strerror(errno))): make it writable for the "
          + "daemon, or set state-directory in the configuration")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let other = Self.text(of: descriptor)
      close(descriptor)
      throw ConfigurationError(
        "state-directory: \(directory): found another daemon there (process \(other)), expected none: stop it first, "
          + "or set state-directory in the configuration")
    }
    let text = Array("\(getpid())\n".utf8)
    // On a full disk the lock holds all the same; only the number is missing.
    _ = ftruncate(descriptor, 0) == 0 && text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } > 0
  }

  deinit { close(descriptor) }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
    return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
  }
}
