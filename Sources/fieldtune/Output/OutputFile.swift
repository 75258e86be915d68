import Foundation

/// Files the user asked for.
enum OutputFile {
  /// Finds out before long work that its result could not be written.
  static func check(_ path: String) throws(Failure) {
    guard !Workspace.isFolder(path) else {
      throw Failure(.cannotCreate, code: "cannot-create", "\(path): is a folder, expected a file's name")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard access(folder, W_OK | X_OK) == 0 else {
      throw Failure(
        .cannotCreate, code: "cannot-create",
        "\(path): cannot be written: folder \(folder): \(String(cString: strerror(errno)))")
    }
  }

  /// Writes all bytes or leaves what was there.
  static func write(_ bytes: some Collection<UInt8>, to path: String) throws(Failure) {
    try check(path)
    let url = URL(fileURLWithPath: path)
    do {
      try Data(bytes).write(to: url, options: .atomic)
    } catch {
      let isFull = (error as NSError).code == CocoaError.fileWriteOutOfSpace.rawValue
      throw Failure(
        isFull ? .inputOutput : .cannotCreate, code: isFull ? "disk-full" : "cannot-create",
        "\(path): cannot be written: \(SystemReason.text(of: error))")
    }
  }
}
