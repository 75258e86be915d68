import Foundation

/// Files the user asked for.
enum OutputFile {
  /// Writes all bytes or leaves what was there.
  static func write(_ bytes: some Collection<UInt8>, to path: String) throws(Failure) {
    let url = URL(fileURLWithPath: path)
    do {
      try Data(bytes).write(to: url, options: .atomic)
    } catch {
      let error = error as NSError
      let isFull = error.code == CocoaError.fileWriteOutOfSpace.rawValue
      throw Failure(
        isFull ? .inputOutput : .cannotCreate, code: isFull ? "disk-full" : "cannot-create",
        "\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
