import Foundation

/// Reads files whole.
enum FileBytes {
  /// The content of the file at `path`, decompressed if it is gzip.
  ///
  /// - Throws: `DatasetError`: `.unreadable`, or `.damaged` gzip.
  static func read(_ path: String) throws -> [UInt8] {
    let bytes = try readAsIs(path)
    guard bytes.starts(with: [0x1f, 0x8b]) else { return bytes }
    return try Inflater.inflateGzip(bytes[...], place: path)
  }

  /// The content of the file at `path`.
  static func readAsIs(_ path: String) throws -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw unreadable(path, error)
    }
  }

  /// The names in the folder at `path`, sorted.
  static func names(inFolder path: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw unreadable(path, error)
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func missing(_ path: String) -> DatasetError { unreadable(path, CocoaError(.fileReadNoSuchFile)) }

  private static func unreadable(_ path: String, _ error: any Error) -> DatasetError {
    let reason: String =
      switch (error as? CocoaError)?.code {
      case .fileReadNoSuchFile, .fileNoSuchFile: "no such file or folder"
      case .fileReadNoPermission: "no permission to read it"
      default: "\(error.localizedDescription)"
      }
    return DatasetError(.unreadable, path, found: reason, expected: "a readable file or folder")
  }
}
